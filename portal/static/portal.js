/* Small behaviours on top of pages that work without them. No build step, no eval, no inline handlers.
   Found by data attributes, so that pages loaded in part (htmx) get them as well: portal.start(root). */
"use strict";
(function () {
  const english = document.documentElement.lang === "en";
  const t = (ko, en) => (english ? en : ko);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const group = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

  const MINOR = { KRW: 0, JPY: 0, EUR: 2, USD: 2, GBP: 2, CHF: 2 };
  /* The short form of an amount in minor units of a currency; the same rules as portal/platform/formats.py. */
  function inWords(amount, currency) {
    const sign = amount < 0 ? "-" : "", minor = 10 ** MINOR[currency];
    let rest = Math.abs(amount);
    if (english) {
      for (const [scale, word] of [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]]) {
        const exact = (rest * 1000) % (scale * minor) === 0;
        if (rest >= scale * minor && (currency === "KRW" || exact)) return `${sign}${currency} ${trim(rest / minor / scale)} ${word}`;
      }
    }
    if (english || currency !== "KRW") {
      const cents = rest % minor;
      return `${sign}${currency} ${group(Math.floor(rest / minor))}${cents ? "." + String(cents).padStart(MINOR[currency], "0") : ""}`;
    }
    const parts = [];
    for (const [scale, word] of [[1e12, "조"], [1e8, "억"], [1e4, "만"]]) {
      const whole = Math.floor(rest / scale);
      rest -= whole * scale;
      if (whole) parts.push(group(whole) + word);
    }
    if (rest || !parts.length) return `${sign}${parts.concat(group(rest)).join(" ")}원`;
    return `${sign}${parts.join(" ")} 원`;
  }
  function trim(value) {
    const [whole, tail] = value.toFixed(3).split(".");
    const kept = tail.replace(/0+$/, "");
    return group(whole) + (kept ? "." + kept : "");
  }
  /* "1,234,000", "3억 5천만" or "1.5억", in euro "1,234.50" -> an integer of minor units; empty is 0; null where
     parse_amount in names.py refuses. */
  function readNumber(text) {
    const m = /^(\d+|\d{1,3}([, ])\d{3}(?:\2\d{3})*)(\.\d+)?$/.exec(text);
    return m ? Number(m[1].replace(/[, ]/g, "") + (m[3] || "")) : null;
  }
  function readSection(text) {
    const plain = readNumber(text);
    if (plain !== null) return plain;
    let total = 0, rest = text;
    for (const [unit, size] of [["천", 1000], ["백", 100], ["십", 10], ["", 1]]) {
      const at = unit ? rest.indexOf(unit) : rest.length;
      if (at < 0) continue;
      const head = rest.slice(0, at).trim();
      if (!head) total += unit ? size : 0;
      else {
        const value = readNumber(head);
        if (value === null || value >= 10) return null;
        total += value * size;
      }
      rest = unit ? rest.slice(at + 1) : "";
    }
    return total;
  }
  function readAmount(text, unit) {
    const minor = 10 ** (MINOR[unit] || 0);
    let rest = String(text).replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\s+/g, " ").trim();
    if (!rest) return 0;
    if (minor > 1) {
      const value = readNumber(rest);
      return value === null || /\.\d{3,}$/.test(rest) ? null : Math.round(value * minor);
    }
    rest = rest.replace(/^(?:KRW|₩|￦)\s*|\s*(?:KRW|원정?)$/g, "");
    const plain = readNumber(rest);
    if (plain !== null) return Number.isInteger(plain) ? plain : null;
    let total = 0, above = false;
    for (const [unit, size] of [["경", 1e16], ["조", 1e12], ["억", 1e8], ["만", 1e4], ["", 1]]) {
      const at = unit ? rest.indexOf(unit) : rest.length;
      if (at < 0) continue;
      const head = rest.slice(0, at).trim();
      if (!head) return unit || !above ? null : total;
      const value = readSection(head);
      if (value === null || (above && value >= 10000)) return null;
      total += value * size;
      above = true;
      rest = unit ? rest.slice(at + 1) : "";
    }
    return Number.isInteger(total) ? total : null;
  }
  function inUnit(amount, unit) {
    if (!unit || unit in MINOR) return inWords(amount, unit || "KRW");
    const words = { card: ["장", " cards"], card_month: ["장·월", " card-months"], person: ["명", " people"], team: ["팀", " teams"] };
    const word = words[unit] || [unit, " " + unit];
    return group(amount) + (english ? word[1] : word[0]);
  }

  function startContrast(root) {
    const dataset = document.documentElement.dataset;
    const show = () => all("[data-contrast]").forEach((b) => b.setAttribute("aria-pressed", String(dataset.krdsMode === "high-contrast")));
    all("[data-needs-js]", root).forEach((e) => { e.hidden = false; });
    all("[data-contrast]", root).forEach((button) => button.addEventListener("click", () => {
      if (dataset.krdsMode) delete dataset.krdsMode; else dataset.krdsMode = "high-contrast";
      try { localStorage.setItem("contrast", dataset.krdsMode ? "high" : "normal"); } catch (e) { /* private window */ }
      show();
    }));
    show();
  }

  function startCounters(root) {
    all("[data-counter-for]", root).forEach((out) => {
      const input = document.getElementById(out.dataset.counterFor);
      if (!input) return;
      const limit = Number(out.dataset.limit);
      const update = () => {
        const length = Array.from(input.value.normalize("NFC").replace(/\r\n/g, "\n")).length;
        out.querySelector("b").textContent = group(length);
        out.classList.toggle("over", length > limit);
        out.classList.toggle("short", length < Number(out.dataset.least || 0));
        if (length > limit * 0.95) out.setAttribute("aria-live", "polite"); else out.removeAttribute("aria-live");
      };
      input.addEventListener("input", update);
      update();
    });
  }

  function startMoney(root) {
    all("[data-money]", root).forEach((input) => {
      const out = document.querySelector(`[data-echo-for="${CSS.escape(input.id)}"]`);
      const update = () => {
        const amount = readAmount(input.value, input.dataset.money);
        if (out) out.textContent = input.value.trim() === "" ? "" : amount === null ? t("금액으로 읽을 수 없습니다", "Cannot be read as an amount") : inUnit(amount, input.dataset.money);
      };
      input.addEventListener("input", update);
      input.addEventListener("blur", () => { if (/^\s*\d{4,}\s*$/.test(input.value)) input.value = group(input.value.trim()); });
      update();
    });
  }

  function span(seconds) {
    const words = [[86400, "일", "day"], [3600, "시간", "hour"], [60, "분", "minute"], [1, "초", "second"]];
    const counts = words.map(([size]) => { const n = Math.floor(seconds / size); seconds -= n * size; return n; });
    let first = counts.findIndex((n) => n > 0);
    if (first < 0) first = 3;
    const parts = [];
    for (const i of [first, first + 1]) if (i < 4 && (counts[i] || i === 3 && first === 3)) parts.push(english ? `${counts[i]} ${words[i][2]}${counts[i] === 1 ? "" : "s"}` : counts[i] + words[i][1]);
    return parts.join(" ");
  }
  /* The server's clock (which may be simulated) plus the time since the page arrived. */
  const arrived = performance.now();
  const serverNow = (iso) => Date.parse(iso) + (performance.now() - arrived);
  function tick() {
    all("[data-countdown]").forEach((e) => {
      const seconds = Math.floor((Date.parse(e.dataset.until) - serverNow(e.dataset.now)) / 1000);
      const text = seconds > 0 ? t(`${span(seconds)} 남음`, `${span(seconds)} left`) : t(`${span(-seconds)} 지남`, `${span(-seconds)} ago`);
      const out = e.querySelector("[data-left]");
      if (out && out.textContent !== text) out.textContent = text;
      e.classList.toggle("over", seconds <= 0);
      e.classList.toggle("soon", seconds > 0 && seconds < 172800);
    });
  }
  function startCountdowns(root) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    all("[data-countdown][data-local]", root).forEach((e) => {
      const out = e.querySelector("[data-local-time]");
      if (!english || !out || !own || own === e.dataset.local) return;
      const until = new Date(e.dataset.until);
      const at = (zone, options) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(until);
      const sameDay = at(own, { dateStyle: "short" }) === at(e.dataset.local, { dateStyle: "short" });
      const shown = at(own, sameDay ? { hour: "2-digit", minute: "2-digit" } : { weekday: "short", hour: "2-digit", minute: "2-digit" });
      out.textContent = ` (${shown} in ${own.split("/").pop().replace(/_/g, " ")}, your time)`;
    });
  }

  /* One press, one request; the server refuses a second one anyway (request id). */
  function startSubmitOnce(root) {
    all("form[method='post']", root).forEach((form) => form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      all("button[type='submit']", form).forEach((b) => b.setAttribute("aria-disabled", "true"));
      setTimeout(() => { delete form.dataset.sent; all("button[type='submit']", form).forEach((b) => b.removeAttribute("aria-disabled")); }, 8000);
    }));
  }
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("button[aria-disabled]", form).forEach((b) => b.removeAttribute("aria-disabled"));
  }));

  /* data-shown-if="field=value" or "field=a|b": shown while the field has one of these values. */
  function startShownIf(root) {
    all("[data-shown-if]", root).forEach((part) => {
      const [name, wanted] = part.dataset.shownIf.split("=");
      const form = part.closest("form") || document;
      const inputs = all(`[name="${CSS.escape(name)}"]`, form);
      const update = () => {
        const values = inputs.filter((i) => (i.type === "radio" || i.type === "checkbox" ? i.checked : true)).map((i) => i.value);
        part.hidden = !wanted.split("|").some((w) => values.includes(w));
      };
      inputs.forEach((i) => i.addEventListener("change", update));
      update();
    });
  }

  /* [data-repeat]: rows .repeat-row, a template with __index__, add and [data-repeat-remove] buttons. */
  function startRepeat(root) {
    all("[data-repeat]", root).forEach((box) => {
      const template = box.querySelector("template[data-repeat-template]");
      if (!template) return;
      let next = all(".repeat-row", box).length;
      box.addEventListener("click", (event) => {
        const add = event.target.closest("[data-repeat-add]");
        const remove = event.target.closest("[data-repeat-remove]");
        if (!add && !remove) return;
        event.preventDefault();
        if (remove) {
          const row = remove.closest(".repeat-row");
          const near = row.nextElementSibling || row.previousElementSibling;
          row.remove();
          (near && near.querySelector("input, select, textarea, button") || box.querySelector("[data-repeat-add]")).focus();
        } else {
          const holder = document.createElement("div");
          holder.append(template.content.cloneNode(true));
          all("*", holder).forEach((e) => Array.from(e.attributes).forEach((a) => {
            if (a.value.includes("__index__")) e.setAttribute(a.name, a.value.replaceAll("__index__", String(next)));
          }));
          next += 1;
          const row = holder.firstElementChild;
          add.before(row);
          start(row);
          const first = row.querySelector("input:not([type=hidden]), select, textarea");
          if (first) first.focus();
        }
        box.dispatchEvent(new Event("input", { bubbles: true }));
      });
    });
  }

  /* j and k move between criteria, unless one is typing. */
  document.addEventListener("keydown", (event) => {
    if ((event.key !== "j" && event.key !== "k") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const stops = all(".criterion");
    if (!stops.length) return;
    const here = stops.findIndex((s) => s.contains(document.activeElement));
    const to = stops[event.key === "j" ? Math.min(here + 1, stops.length - 1) : Math.max(here - 1, 0)];
    const target = to.querySelector("input:not([type=hidden]), textarea, select") || to;
    if (target === to) to.tabIndex = -1;
    target.focus();
    to.scrollIntoView({ block: "start" });
    event.preventDefault();
  });

  /* A table wider than its place can be scrolled with the keyboard. */
  function reachIfWide(box) {
    if (box.scrollWidth <= box.clientWidth || box.hasAttribute("tabindex")) return;
    const caption = box.querySelector("caption");
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", caption ? caption.textContent : t("표", "Table"));
  }
  const widths = new ResizeObserver((seen) => seen.forEach((one) => reachIfWide(one.target)));
  function startWideTables(root) {
    all(".table-scroll", root).forEach((box) => { reachIfWide(box); widths.observe(box); });
  }

  /* Two minutes before the session ends: say so and offer to stay (a GET of this page renews it). */
  function startSessionEnd() {
    const { sessionEnd, sessionNow } = document.body.dataset;
    if (!sessionEnd) return;
    let end = Date.parse(sessionEnd);
    let box = null;
    const close = () => { if (box) { box.remove(); box = null; } };
    setInterval(() => {
      const seconds = Math.floor((end - serverNow(sessionNow)) / 1000);
      if (seconds > 120 || box) return;
      box = document.createElement("div");
      box.className = "session-end";
      box.setAttribute("role", "alertdialog");
      box.setAttribute("aria-label", t("로그인 시간 안내", "Session"));
      const words = document.createElement("p");
      words.textContent = seconds > 0
        ? t("곧 로그아웃됩니다. 적은 내용은 임시 저장되어 있습니다. 계속하시겠습니까?", "You will be signed out soon. Your drafts are saved. Do you want to stay?")
        : t("로그인 시간이 끝났습니다. 다시 로그인해 주십시오.", "Your session has ended. Please sign in again.");
      const stay = document.createElement("button");
      stay.className = "krds-btn medium primary";
      stay.type = "button";
      stay.textContent = t("계속 쓰기", "Stay signed in");
      stay.addEventListener("click", () => fetch(location.href, { headers: { "X-Requested-With": "stay" } }).then((answer) => answer.text()).then((html) => {
        const fresh = new DOMParser().parseFromString(html, "text/html").body.dataset;
        if (fresh.sessionEnd) end = Date.parse(fresh.sessionEnd) ; else location.reload();
        close();
      }).catch(() => { words.textContent = t("연결되지 않았습니다. 이 화면을 그대로 두시면 적은 내용이 남아 있습니다.", "There is no connection. Leave this page open: what you typed stays."); }));
      box.append(words, stay);
      document.body.append(box);
    }, 5000);
  }

  document.addEventListener("click", (event) => all("details.menu[open]").forEach((d) => { if (!d.contains(event.target)) d.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((d) => { d.open = false; d.querySelector("summary").focus(); });
  });

  /* On paper nothing is folded: the tables beside the pictures are printed too. */
  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    unfolded = all("main details:not([open])");
    unfolded.forEach((fold) => { fold.open = true; });
  });
  window.addEventListener("afterprint", () => { unfolded.forEach((fold) => { fold.open = false; }); unfolded = []; });

  function start(root) {
    startContrast(root); startCounters(root); startMoney(root); startCountdowns(root);
    startSubmitOnce(root); startShownIf(root); startRepeat(root); startWideTables(root);
    document.dispatchEvent(new CustomEvent("portal:start", { detail: root }));
  }
  window.portal = { t, all, group, readAmount, inUnit, start };
  document.addEventListener("DOMContentLoaded", () => {
    start(document);
    startSessionEnd();
    tick();
    setInterval(tick, 1000);
    const summary = document.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  });
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) start(event.target); });
})();
