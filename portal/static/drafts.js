/* Autosave. <form data-autosave="url" [data-saved="id of the saved-state"]> posts itself, a moment after the last
   key, to that address. Answer: {saved_at, saved_text, version, errors: {field: [..]}}; 409 means that somebody else
   saved in between ({error: sentence}). Without a network the text stays on this device and is sent when it returns. */
"use strict";
(function () {
  const { t, all } = window.portal;
  const WAIT = 900;
  const dirty = new Set();

  function draft(form) {
    const out = document.getElementById(form.dataset.saved || "saved");
    const key = "draft:" + form.dataset.autosave;
    let timer = null, running = false, again = false, tries = 0;

    const say = (state, text) => { if (out) { out.dataset.state = state; out.textContent = text; } };
    const values = () => { const data = new FormData(form); all("input[type=file]", form).forEach((f) => data.delete(f.name)); return data; };
    const keep = () => { try {
      const kept = Array.from(values()).filter(([name, value]) => typeof value === "string" && !["csrf_token", "request_id", "version"].includes(name));
      localStorage.setItem(key, JSON.stringify(kept));
    } catch (e) { /* storage is full or forbidden: the page still warns before leaving */ } };
    const forget = () => { try { localStorage.removeItem(key); } catch (e) { /* as above */ } };

    function showErrors(errors) {
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

    async function save() {
      if (running) { again = true; return; }
      running = true; again = false;
      say("waiting", t("저장하는 중입니다", "Saving"));
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body: values(), headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
        const told = await answer.json().catch(() => ({}));
        if (answer.status === 409) {
          keep();
          say("failed", told.error || t("다른 사람이 먼저 저장했습니다. 새로 고침하여 비교해 주십시오.", "Somebody else saved first. Reload to compare."));
          running = false;
          return;
        }
        if ([400, 401, 403, 404, 413].includes(answer.status)) {
          keep();
          say("failed", typeof told.error === "string" ? told.error : t("저장할 수 없습니다. 새로 고침하여 주십시오. 적은 내용은 이 기기에 두었습니다.", "Cannot be saved. Reload the page; your text is kept on this device."));
          running = false;
          return;
        }
        if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
        if (told.version !== undefined && form.elements.version) form.elements.version.value = told.version;
        if (told.request_id && form.elements.request_id) form.elements.request_id.value = told.request_id;
        showErrors(told.errors || {});
        if (answer.ok) {
          tries = 0;
          say("saved", told.saved_text || t("저장됨", "Saved"));
          if (!again) { dirty.delete(form); forget(); }
        } else say("failed", (told.errors && told.errors[""] && told.errors[""][0]) || t("저장되지 않은 칸이 있습니다", "Some fields are not saved"));
      } catch (error) {
        keep();
        tries += 1;
        say("failed", t("아직 저장되지 않았습니다. 이 기기에 두었고 다시 시도합니다.", "Not saved yet. Kept on this device; trying again."));
        clearTimeout(timer);
        timer = setTimeout(save, Math.min(30000, 2000 * 2 ** tries));
      }
      running = false;
      if (again) save();
    }

    function changed(event) {
      if (event.target.type === "file" || event.target.hasAttribute("data-not-saved")) return;
      dirty.add(form);
      say("waiting", t("아직 저장되지 않았습니다", "Not saved yet"));
      clearTimeout(timer);
      timer = setTimeout(save, WAIT);
    }
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", () => { clearTimeout(timer); dirty.delete(form); forget(); });
    addEventListener("online", () => { if (dirty.has(form)) save(); });
    form.portalSave = save;
    offerKept(form, key, forget);
  }

  /* Text that never reached the server: offered back, never put in silently. */
  function offerKept(form, key, forget) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key) || "null"); } catch (e) { return; }
    if (!kept) return;
    const differs = kept.some(([name, value]) => { const f = form.elements[name]; return f && "value" in f && f.type !== "hidden" && f.value !== value; });
    if (!differs) { forget(); return; }
    const box = document.createElement("div");
    box.className = "notice warning";
    box.setAttribute("role", "status");
    const inner = document.createElement("div");
    const words = document.createElement("p");
    words.textContent = t("이 기기에 아직 보내지 못한 내용이 있습니다.", "There is text on this device that was not sent yet.");
    const row = document.createElement("p");
    row.className = "row-wrap";
    const button = (label, act) => { const b = document.createElement("button"); b.type = "button"; b.className = "krds-btn small tertiary"; b.textContent = label; b.addEventListener("click", () => { act(); box.remove(); }); row.append(b); };
    button(t("되살리기", "Put it back"), () => {
      kept.forEach(([name, value]) => { const f = form.elements[name]; if (f && "value" in f && f.type !== "hidden") f.value = value; });
      form.dispatchEvent(new Event("input", { bubbles: true }));
      form.portalSave();
    });
    button(t("버리기", "Discard"), forget);
    inner.append(words, row);
    box.append(document.createElement("span"), inner);
    form.prepend(box);
  }

  addEventListener("beforeunload", (event) => { if (dirty.size) { event.preventDefault(); event.returnValue = ""; } });

  /* A form without autosave but with data-warn-unsaved warns as well. */
  function warn(form) {
    form.addEventListener("input", () => dirty.add(form));
    form.addEventListener("submit", () => dirty.delete(form));
  }
  document.addEventListener("portal:start", (event) => {
    const root = event.detail;
    const forms = (selector) => (root.matches && root.matches(selector) ? [root] : []).concat(all(selector, root));
    forms("form[data-autosave]").forEach(draft);
    forms("form[data-warn-unsaved]").forEach(warn);
  });
})();
