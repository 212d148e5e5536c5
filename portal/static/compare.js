/* Two texts of one form: what was typed here, and what another window saved first. The person chooses field by field;
   until then nothing is sent, and what was typed here stays on the device. */
"use strict";
(function () {
  const { t } = window.portal;
  const plain = (text) => String(text == null ? "" : text).normalize("NFC").replace(/\r\n/g, "\n").trim();

  function label(form, name) {
    const input = form.elements[name];
    const part = input.closest(".criterion");
    const head = part && part.querySelector("[data-criterion-name]");
    const own = input.closest("[data-field]") && input.closest("[data-field]").querySelector("label");
    const words = own ? own.textContent.trim().replace(/\s+/g, " ").split(":")[0] : name;
    return head ? `${head.textContent.trim()} · ${words}` : words;
  }
  const differing = (form, theirs) => Array.from(form.elements)
    .filter((input) => input.name in theirs && input.type !== "hidden" && "value" in input && plain(input.value) !== plain(theirs[input.name]))
    .map((input) => input.name);

  function option(set, group, value, words, text) {
    const row = document.createElement("label");
    row.className = "clash-option";
    const radio = document.createElement("input");
    radio.type = "radio"; radio.name = group; radio.value = value; radio.checked = value === "mine";
    const shown = document.createElement("span");
    const head = document.createElement("b");
    head.textContent = words;
    const body = document.createElement("span");
    body.className = "people-text";
    body.dataset.clashText = value;
    body.textContent = plain(text) || "–";
    shown.append(head, body);
    row.append(radio, shown);
    set.append(row);
    return radio;
  }

  /* `theirs`: {field: text}. Calls `chosen` once the person decided; the form then holds what they chose. */
  function compare(form, theirs, chosen) {
    const names = differing(form, theirs);
    if (!names.length) { chosen(); return; }
    const key = `clash-${form.id || "form"}`;
    const old = document.getElementById(key);
    if (old) old.remove();
    const box = document.createElement("section");
    box.className = "clash";
    box.id = key;
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    const title = document.createElement("p");
    title.className = "notice-title";
    title.textContent = t("다른 창에서 먼저 저장한 내용이 있습니다", "Another window saved this first");
    const words = document.createElement("p");
    words.textContent = t("칸마다 남길 내용을 골라 주십시오. 고를 때까지 두 내용 모두 그대로 있습니다.", "Choose for each field which text stays. Until you do, both are kept.");
    box.append(title, words);
    const radios = names.map((name) => {
      const set = document.createElement("div");
      const head = document.createElement("p");
      head.id = `${key}-${name}-head`;
      head.className = "clash-field";
      head.textContent = label(form, name);
      set.className = "clash-set";
      set.setAttribute("role", "radiogroup");
      set.setAttribute("aria-labelledby", head.id);
      set.append(head);
      option(set, `${key}-${name}`, "mine", t("여기서 적은 내용 (아직 보내지 않음)", "Typed here (not sent yet)"), form.elements[name].value);
      const theirsToo = option(set, `${key}-${name}`, "theirs", t("먼저 저장된 내용", "Saved first"), theirs[name]);
      const mineShown = set.querySelector("[data-clash-text=mine]");
      form.elements[name].addEventListener("input", (event) => { mineShown.textContent = plain(event.target.value) || "–"; });
      box.append(set);
      return [name, theirsToo];
    });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "krds-btn medium primary";
    button.textContent = t("고른 내용으로 저장", "Save what I chose");
    button.addEventListener("click", () => {
      radios.forEach(([name, theirsToo]) => { if (theirsToo.checked) form.elements[name].value = theirs[name]; });
      box.remove();
      chosen();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    box.append(button);
    form.before(box);
  }
  window.portal.compare = compare;
})();
