/* All applications of a panel on one page: the strip tells how far each is, a narrow screen shows one at a time, and
   submitting first sends what is still to be saved. Without this file the page is one long list of forms. */
"use strict";
(function () {
  const { t, all } = window.portal;
  const SHORT = {
    new: t("시작 전", "Not begun"), draft: t("작성 중", "Draft"), ready: t("준비됨", "Ready"), locked: t("잠김", "Locked"),
    missed: t("종료", "Closed"), waiting: t("저장 중", "Saving"), unsent: t("못 보냄", "Not sent"), failed: t("확인 필요", "Look here"),
  };
  const WORDS = {
    draft: [t("작성 중", "Draft saved"), "info"], ready: [t("제출 준비됨", "Ready to submit"), "success"],
    unsent: [t("아직 보내지 못함", "Not sent yet"), "warning"], failed: [t("확인 필요", "Look here"), "danger"],
    waiting: [t("저장하는 중", "Saving"), "info"],
  };

  function startBatch(box) {
    const cards = all("[data-card]", box);
    const chips = new Map(all("[data-jump]", box).map((chip) => [chip.dataset.jump, chip]));
    const sum = box.querySelector("[data-batch-sum]");
    const offline = box.querySelector("[data-batch-offline]");
    const settled = new Map(cards.map((card) => [card.id, chips.get(card.id).dataset.state]));

    function show(card, state) {
      const chip = chips.get(card.id);
      if (chip.dataset.state === state) return;
      chip.dataset.state = state;
      chip.querySelector("[data-chip-state]").textContent = SHORT[state];
      const status = card.querySelector(".batch-tools .status");
      if (!WORDS[state] || !status) return;
      const [word, tone] = WORDS[state];
      status.className = `status ${tone}`;
      status.textContent = word;
    }
    function tell() {
      const states = [...chips.values()].map((chip) => chip.dataset.state);
      const count = (state) => states.filter((one) => one === state).length;
      const unsent = count("unsent");
      sum.textContent = t(`제출 준비됨 ${count("ready")}건`, `${count("ready")} ready to submit`) + (unsent ? t(` · 아직 보내지 못함 ${unsent}건`, ` · ${unsent} not sent yet`) : "");
      const words = navigator.onLine ? "" : t("연결이 끊겼습니다. 이 화면을 그대로 두고 계속 쓰십시오. 적은 내용은 이 기기에 있고, 연결되면 차례로 보냅니다.", "You are offline. Keep this page open and go on writing: the text is on this device and is sent in order when you are back.");
      if (offline.textContent !== words) offline.textContent = words;
    }
    box.addEventListener("draft:state", (event) => {
      const card = event.target.closest("[data-card]");
      const { state } = event.detail;
      show(card, state === "saved" ? settled.get(card.id) : state);
      tell();
    });
    box.addEventListener("draft:saved", (event) => {
      settled.set(event.target.closest("[data-card]").id, event.detail.complete ? "ready" : "draft");
    });
    box.addEventListener("input", (event) => {
      const card = event.target.closest("[data-card]");
      const out = card && card.querySelector("[data-total-points]");
      const given = card && all("[data-points-of]", card).some((input) => input.value.trim());
      if (out) chips.get(card.id).querySelector("[data-chip-total]").textContent = given ? out.textContent : "–";
    });
    addEventListener("online", tell);
    addEventListener("offline", tell);

    let here = 0;
    const place = box.querySelector("[data-batch-here]");
    const steps = all("[data-batch-step]", box);
    function turn(to, focus) {
      here = Math.max(0, Math.min(cards.length - 1, to));
      cards.forEach((card, n) => card.classList.toggle("here", n === here));
      cards.forEach((card, n) => { const chip = chips.get(card.id); if (n === here) chip.setAttribute("aria-current", "true"); else chip.removeAttribute("aria-current"); });
      const strip = chips.get(cards[here].id).closest("ol");
      strip.scrollLeft = chips.get(cards[here].id).offsetLeft - strip.clientWidth / 2;
      place.textContent = `${cards[here].dataset.number} / ${cards[cards.length - 1].dataset.number}`;
      steps.forEach((button) => { const end = here + Number(button.dataset.batchStep); button.disabled = end < 0 || end >= cards.length; });
      if (!focus) return;
      cards[here].focus({ preventScroll: true });
      cards[here].scrollIntoView({ block: "start" });
    }
    steps.forEach((button) => button.addEventListener("click", () => turn(here + Number(button.dataset.batchStep), true)));
    chips.forEach((chip, id) => chip.addEventListener("click", (event) => { event.preventDefault(); turn(cards.findIndex((card) => card.id === id), true); }));
    box.addEventListener("focusin", (event) => {
      const card = event.target.closest("[data-card]");
      if (card && cards.indexOf(card) !== here) turn(cards.indexOf(card), false);
    });
    box.classList.add("one");
    turn(Math.max(0, cards.findIndex((card) => `#${card.id}` === location.hash)), false);

    const submit = box.querySelector("[data-batch-submit]");
    if (submit) submit.addEventListener("click", async (event) => {
      event.preventDefault();
      await window.portal.flush();
      const open = [...chips.values()].find((chip) => ["unsent", "failed", "waiting"].includes(chip.dataset.state));
      if (!open) { location.href = submit.href; return; }
      sum.textContent = t("아직 보내지 못했거나 확인할 평가가 있습니다. 먼저 그것을 보아 주십시오.", "A review is not sent yet or needs a look. Please see to it first.");
      turn(cards.findIndex((card) => card.id === open.dataset.jump), true);
    });
    tell();
  }

  document.addEventListener("portal:start", () => all("[data-batch]").forEach(startBatch), { once: true });
})();
