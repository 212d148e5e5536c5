/* Autosave. <form data-autosave="url" [data-saved="id of the saved-state"]> posts itself, a moment after the last
   key, to that address. Answer: {saved_at, saved_text, version, errors: {field: [..]}}; 409 means that another window
   saved in between ({error: sentence, saved: {version, values}}: the two are then compared). Without a network the
   text stays on this device with the version it was based on and is sent when the network returns, oldest first.
   data-resend: what was left on the device by an earlier visit is put back and sent; otherwise it is offered. */
"use strict";
(function () {
  const { t, all, device, compare } = window.portal;
  const WAIT = 900, KEEP = 250;
  const drafts = new Set();
  const warned = new Set();
  let line = Promise.resolve(), tries = 0, retry = null;

  const unsentWords = () => t("아직 보내지 못함. 이 기기에만 있으며 연결되면 보냅니다.", "Not sent yet. It is on this device only and goes out when you are connected.");
  /* One at a time, in the order in which the texts were begun. */
  const send = (draft) => { line = line.then(() => draft.post()); return line; };
  const flush = () => { clearTimeout(retry); [...drafts].filter((d) => d.waiting()).sort((a, b) => a.since - b.since).forEach(send); return line; };
  const later = () => { tries += 1; clearTimeout(retry); retry = setTimeout(flush, Math.min(30000, 1000 * 2 ** tries)); };

  const plain = (text) => String(text == null ? "" : text).normalize("NFC").replace(/\r\n/g, "\n").trim();
  const same = (one, other) => Object.keys(one).every((name) => !(name in other) || plain(one[name]) === plain(other[name]));

  function showErrors(form, errors) {
    all("[data-autosave-error]", form).forEach((p) => p.remove());
    all("[data-field]", form).forEach((box) => {
      const found = errors[box.dataset.field];
      const input = box.querySelector("input, textarea, select");
      if (input && !box.querySelector(".form-hint-invalid")) input.removeAttribute("aria-invalid");
      if (!found || !found.length || !input) return;
      input.setAttribute("aria-invalid", "true");
      const p = document.createElement("p");
      p.className = "form-hint-invalid";
      p.dataset.autosaveError = "";
      p.id = input.id + "-autosave-error";
      p.textContent = found.join(" ");
      input.setAttribute("aria-describedby", [...new Set((input.getAttribute("aria-describedby") || "").split(" ").concat(p.id))].join(" ").trim());
      box.append(p);
    });
  }

  function startDraft(form) {
    const out = document.getElementById(form.dataset.saved || "saved");
    const address = form.dataset.autosave;
    let timer = null, keeper = null, edits = 0, blocked = false, others = [], unanswered = null, stored = "";
    const own = { since: 0, waiting: () => own.since && !blocked, post, form };
    drafts.add(own);

    function say(state, text, more) {
      if (out && (out.dataset.state !== state || out.dataset.said !== text)) {
        out.dataset.said = text;
        out.dataset.state = state;
        out.textContent = text;
        if (more) { const link = document.createElement("a"); link.href = more.url; link.target = "_blank"; link.textContent = more.label; out.append(" ", link); }
      }
      form.dispatchEvent(new CustomEvent("draft:state", { bubbles: true, detail: { state, text } }));
    }
    const values = () => { const data = new FormData(form); all("input[type=file]", form).forEach((f) => data.delete(f.name)); return data; };
    const written = () => JSON.stringify(Array.from(values()).filter(([name, value]) => typeof value === "string" && !["csrf_token", "request_id", "version"].includes(name)));
    const texts = () => Object.fromEntries(Array.from(form.elements).filter((f) => f.name && "value" in f && f.type !== "hidden").map((f) => [f.name, f.value]));
    const version = () => (form.elements.version ? form.elements.version.value : "");
    function keep(handed) {
      clearTimeout(keeper);
      keeper = null;
      if (!own.since) return;
      device.keep(address, { at: own.since, version: version(), fields: JSON.parse(written()), title: form.dataset.title || "", handed: Boolean(handed) });
    }
    function clean(told) {
      own.since = 0;
      stored = written();
      clearTimeout(keeper);
      device.forget(address);
      say("saved", told.saved_text || t("저장됨", "Saved"));
      if (others.length) adopt(others.shift());
    }
    function unsent() { keep(); say("unsent", unsentWords()); later(); }
    function stuck(sentence) { keep(); say("failed", sentence); }

    async function post(renewed) {
      if (!own.waiting()) return;
      clearTimeout(timer);
      keep();
      if (!navigator.onLine) { unsent(); return; }
      const at = edits, sent = texts();
      say("waiting", t("저장하는 중입니다", "Saving"));
      try {
        const answer = await fetch(address, { method: "POST", body: values(), headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
        const told = await answer.json().catch(() => ({}));
        if ((answer.status === 400 || answer.status === 401) && !renewed) { await signedOut(); return; }
        if (answer.status === 409 && told.saved) { clash(told.saved); return; }
        if ([400, 401, 403, 404, 409, 413].includes(answer.status)) {
          blocked = answer.status === 409;
          stuck((typeof told.error === "string" && told.error) || t("저장할 수 없습니다. 새로 고침하여 주십시오. 적은 내용은 이 기기에 두었습니다.", "Cannot be saved. Reload the page; your text is kept on this device."));
          return;
        }
        if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
        taken(answer.ok, told, at);
      } catch (error) { unanswered = sent; unsent(); }
    }
    function taken(good, told, at) {
      tries = 0;
      unanswered = null;
      if (told.version !== undefined && form.elements.version) form.elements.version.value = told.version;
      if (told.request_id && form.elements.request_id) form.elements.request_id.value = told.request_id;
      showErrors(form, told.errors || {});
      if (!good) stuck((told.errors && told.errors[""] && told.errors[""][0]) || t("저장되지 않은 칸이 있습니다", "Some fields are not saved"));
      else {
        form.dispatchEvent(new CustomEvent("draft:saved", { bubbles: true, detail: told }));
        if (edits === at) clean(told);
        else { own.since = Date.now(); keep(); soon(); }
      }
    }
    /* The session ended meanwhile: with a fresh token it goes on; otherwise the text waits for the sign-in. */
    async function signedOut() {
      const who = await device.renew();
      if (who === "ok") { await post(true); return; }
      keep();
      if (who === "another") say("failed", t("이 기기에서 다른 사람이 로그인했습니다. 적은 내용은 보내지 않고 이 기기에 두었습니다.", "Somebody else has signed in on this device. Your text is not sent; it stays here for you."));
      else {
        const next = encodeURIComponent(location.pathname + location.search);
        say("unsent", t("로그인이 끝났습니다. 다시 로그인하시면 보냅니다.", "You are signed out. Sign in again and it will be sent."), { url: `/sign-in?next=${next}`, label: t("새 창에서 로그인", "Sign in (new window)") });
        later();
      }
    }
    function clash(saved) {
      if (unanswered && same(saved.values, unanswered)) { /* one's own save, whose answer was lost on the way */
        unanswered = null;
        form.elements.version.value = saved.version;
        send(own);
        return;
      }
      blocked = true;
      keep();
      say("failed", t("다른 창에서 먼저 저장했습니다. 두 내용을 비교해 골라 주십시오.", "Another window saved first. Compare the two and choose."));
      compare(form, saved.values, () => {
        blocked = false;
        if (form.elements.version) form.elements.version.value = saved.version;
        own.since = own.since || Date.now();
        edits += 1;
        send(own);
      });
    }
    function soon() { clearTimeout(timer); timer = setTimeout(() => send(own), WAIT); }

    function changed(event) {
      if (event.target.type === "file" || (event.target.hasAttribute && event.target.hasAttribute("data-not-saved"))) return;
      if (event.type === "change" && !own.since && written() === stored) return; /* a field is left as it was saved */
      edits += 1;
      own.since = own.since || Date.now();
      if (!keeper) keeper = setTimeout(keep, KEEP);
      if (blocked) return;
      if (navigator.onLine) say("waiting", t("아직 저장되지 않았습니다", "Not saved yet")); else say("unsent", unsentWords());
      soon();
    }

    /* What an earlier visit or another window left on the device. */
    function adopt(entry) {
      const now = texts();
      const arrived = entry.handed && version() && String(entry.version) !== version();
      if (arrived || same(Object.fromEntries(entry.fields), now)) { device.drop(entry.key); if (others.length) adopt(others.shift()); return; }
      if (form.dataset.resend === undefined) { offer(form, entry, fill); return; }
      const newer = { version: version(), values: now };
      device.drop(entry.key);
      fill(entry);
      own.since = entry.at;
      if (String(entry.version) === newer.version) { say("unsent", t("이 기기에 두었던 내용을 되살려 보냅니다", "Text kept on this device was put back and is being sent")); keep(); send(own); }
      else clash(newer);
    }
    function fill(entry) {
      entry.fields.forEach(([name, value]) => { const f = form.elements[name]; if (f && "value" in f && f.type !== "hidden") f.value = value; });
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }

    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", () => { clearTimeout(timer); if (own.since) keep(true); own.since = 0; });
    addEventListener("pagehide", () => keep());
    form.portalSave = () => { own.since = own.since || Date.now(); return send(own); };
    stored = written();
    others = device.kept(address);
    if (others.length) adopt(others.shift());
  }

  function offer(form, entry, fill) {
    const box = document.createElement("div");
    box.className = "notice warning";
    box.setAttribute("role", "status");
    const inner = document.createElement("div");
    const words = document.createElement("p");
    words.textContent = t("이 기기에 아직 보내지 못한 내용이 있습니다.", "There is text on this device that was not sent yet.");
    const row = document.createElement("p");
    row.className = "row-wrap";
    const button = (label, act) => { const b = document.createElement("button"); b.type = "button"; b.className = "krds-btn small tertiary"; b.textContent = label; b.addEventListener("click", () => { act(); box.remove(); }); row.append(b); };
    button(t("되살리기", "Put it back"), () => { device.drop(entry.key); fill(entry); form.portalSave(); });
    button(t("버리기", "Discard"), () => device.drop(entry.key));
    inner.append(words, row);
    box.append(document.createElement("span"), inner);
    form.prepend(box);
  }

  /* Where nothing can be written any more: what is still on the device is shown, so that it can be copied. */
  function showKept(place) {
    device.kept(place.dataset.keptFor).forEach((entry) => {
      if (entry.handed) { device.drop(entry.key); return; }
      const box = document.createElement("div");
      box.className = "notice warning stack";
      const words = document.createElement("p");
      words.textContent = t("이 기기에 보내지 못한 내용이 남아 있습니다. 이제는 보낼 수 없으니 필요하면 옮겨 적은 뒤 지워 주십시오.", "Text that was never sent is on this device. It can no longer be sent: copy what you need, then discard it.");
      const text = document.createElement("p");
      text.className = "people-text";
      text.textContent = entry.fields.map((field) => field[1]).filter(Boolean).join("\n\n");
      const button = document.createElement("button");
      button.type = "button"; button.className = "krds-btn small tertiary"; button.textContent = t("버리기", "Discard");
      button.addEventListener("click", () => { device.drop(entry.key); box.remove(); });
      const inner = document.createElement("div");
      inner.append(words, text, button);
      box.append(document.createElement("span"), inner);
      place.append(box);
    });
  }

  /* A page that could not be sent must not be left for the browser's error page. */
  document.addEventListener("submit", (event) => {
    const draft = [...drafts].find((d) => d.form === event.target);
    if (!draft || navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    draft.form.portalSave();
  }, true);
  addEventListener("online", () => { tries = 0; flush(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") flush(); });
  document.addEventListener("device:wiped", () => { drafts.forEach((d) => { d.since = 0; }); warned.clear(); });
  addEventListener("beforeunload", (event) => { if (warned.size || [...drafts].some((d) => d.since)) { event.preventDefault(); event.returnValue = ""; } });
  window.portal.flush = flush;

  /* A form without autosave but with data-warn-unsaved warns as well. */
  function warn(form) {
    form.addEventListener("input", () => warned.add(form));
    form.addEventListener("submit", () => warned.delete(form));
  }
  document.addEventListener("portal:start", (event) => {
    const root = event.detail;
    const forms = (selector) => (root.matches && root.matches(selector) ? [root] : []).concat(all(selector, root));
    forms("form[data-autosave]").forEach(startDraft);
    forms("form[data-warn-unsaved]").forEach(warn);
    forms("[data-kept-for]").forEach(showKept);
  });
})();
