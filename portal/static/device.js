/* What was typed and has not reached the server, kept on this device: by person, form and window, so that nobody else
   who signs in here is shown it. Signing out warns while something is unsent, then wipes. */
"use strict";
(function () {
  const { t, all } = window.portal;
  const person = document.body.dataset.person || "";
  const HEAD = `unsent:${person}:`;

  const guarded = (act, otherwise) => { try { return act(); } catch (e) { return otherwise; } }; /* storage full or forbidden: the page warns before it is left */
  const names = () => guarded(() => Object.keys(localStorage).filter((key) => person && key.startsWith(HEAD)), []);
  const read = (key) => guarded(() => JSON.parse(localStorage.getItem(key)), null);
  const drop = (key) => guarded(() => localStorage.removeItem(key));
  const windowName = guarded(() => {
    const made = sessionStorage.getItem("window") || Math.random().toString(36).slice(2, 10);
    sessionStorage.setItem("window", made);
    return made;
  }, "0");
  const keyOf = (address) => `${HEAD}${address}:${windowName}`;

  /* `entry`: {at, version, fields: [[name, value]], title, handed}. */
  const keep = (address, entry) => guarded(() => { if (!person) return false; localStorage.setItem(keyOf(address), JSON.stringify(entry)); return true; }, false);
  const forget = (address) => drop(keyOf(address));
  const kept = (address) => names().filter((key) => key.startsWith(`${HEAD}${address}:`))
    .map((key) => ({ key, ...read(key) })).filter((entry) => entry.fields).sort((a, b) => a.at - b.at);
  const unsent = () => names().map((key) => read(key)).filter((entry) => entry && entry.fields && !entry.handed);
  const wipe = () => { names().forEach(drop); document.dispatchEvent(new Event("device:wiped")); };

  /* A fresh token from a page fetched now: "ok", or who is signed in instead ("nobody", "another"). */
  async function renew() {
    const answer = await fetch("/help", { headers: { Accept: "text/html" }, cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const who = page.body.dataset.person || "";
    const token = page.querySelector("input[name=csrf_token]");
    if (!who || !token) return "nobody";
    if (who !== person) return "another";
    all("input[name=csrf_token]").forEach((input) => { input.value = token.value; });
    return "ok";
  }

  function warn(form, entries) {
    if (document.querySelector("[data-sign-out-warning]")) return;
    const online = navigator.onLine;
    const box = document.createElement("div");
    box.className = "session-end";
    box.dataset.signOutWarning = "";
    box.setAttribute("role", "alertdialog");
    box.setAttribute("aria-label", t("보내지 못한 내용", "Text that is not sent"));
    const words = document.createElement("p");
    const titles = [...new Set(entries.map((e) => e.title).filter(Boolean))].slice(0, 3).join(", ");
    words.textContent = t(`이 기기에 아직 보내지 못한 내용이 ${entries.length}건 있습니다${titles ? ` (${titles})` : ""}. `, `${entries.length} ${entries.length === 1 ? "text is" : "texts are"} on this device and not sent yet${titles ? ` (${titles})` : ""}. `)
      + (online ? t("로그아웃하면 지워집니다.", "Signing out deletes it.") : t("연결되지 않아 지금은 로그아웃할 수 없습니다.", "Without a connection you cannot sign out now."));
    const row = document.createElement("p");
    row.className = "row-wrap";
    const button = (label, tone, act) => {
      const made = document.createElement("button");
      made.type = "button"; made.className = `krds-btn medium ${tone}`; made.textContent = label;
      made.addEventListener("click", () => { box.remove(); act(); });
      row.append(made);
      return made;
    };
    const stay = button(t("로그아웃하지 않기", "Stay signed in"), "primary", () => {});
    if (online) button(t("지우고 로그아웃", "Delete and sign out"), "tertiary", () => { wipe(); form.submit(); });
    box.append(words, row);
    document.body.append(box);
    stay.focus();
  }
  document.addEventListener("submit", (event) => {
    if (!new URL(event.target.action, location.href).pathname.endsWith("/sign-out")) return;
    const entries = unsent();
    if (!entries.length) { wipe(); return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    warn(event.target, entries);
  }, true);

  window.portal.device = { person, keep, forget, kept, drop, unsent, wipe, renew };
})();
