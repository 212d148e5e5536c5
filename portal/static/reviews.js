/* The reviewer's page. Anchors put their points into the field, the total follows, words are found in the
   application, and a narrow screen shows one side at a time. Without this file the page works as one long form. */
"use strict";
(function () {
  const { t, all } = window.portal;

  function startPoints(form) {
    const out = form.querySelector("[data-total-points]");
    const inputs = all("[data-points-of]", form);
    const read = (input) => { const text = input.value.normalize("NFKC").trim(); return /^\d{1,6}$/.test(text) ? Number(text) : null; };
    const update = () => {
      if (out) out.textContent = String(inputs.reduce((sum, i) => sum + (read(i) || 0), 0));
      all("[data-anchor-for]", form).forEach((b) => {
        const input = document.getElementById(b.dataset.anchorFor);
        b.setAttribute("aria-pressed", String(read(input) === Number(b.dataset.points)));
      });
    };
    form.addEventListener("input", update);
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-anchor-for]");
      if (!button) return;
      document.getElementById(button.dataset.anchorFor).value = button.dataset.points;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    update();
  }

  /* Alt and an arrow move between criteria also while one types; Enter in a points field goes on instead of sending. */
  function startKeys(form) {
    form.addEventListener("keydown", (event) => {
      const enter = event.key === "Enter" && event.target.matches("[data-points-of]");
      const arrow = event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp");
      if ((!enter && !arrow) || event.isComposing) return;
      event.preventDefault();
      const stops = all("form[data-review] [data-points-of]").filter((input) => input.offsetParent);
      const part = event.target.closest(".criterion");
      const at = part ? stops.findIndex((input) => part.contains(input)) : stops.findLastIndex((input) => form.contains(input)) + (event.key === "ArrowUp" ? 1 : 0);
      const next = stops[at + (event.key === "ArrowUp" ? -1 : 1)];
      if (!next) return;
      next.focus();
      next.select();
      next.closest(".criterion").scrollIntoView({ block: "nearest" });
    });
  }

  /* Matches in the text of the application, also inside closed details; Enter goes to the next one. */
  function startFind(form) {
    const root = document.getElementById(form.dataset.findIn);
    const input = form.querySelector("input");
    const count = form.querySelector("[data-find-count]");
    let marks = [], at = -1, last = "";

    const clear = () => {
      marks.forEach((m) => { const parent = m.parentNode; m.replaceWith(m.textContent); parent.normalize(); });
      marks = []; at = -1;
    };
    function search(words) {
      clear();
      last = words;
      if (words.length < 2) return;
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) nodes.push(walker.currentNode);
      const wanted = words.toLowerCase();
      nodes.forEach((node) => {
        let rest = node;
        for (;;) {
          const place = rest.data.toLowerCase().indexOf(wanted);
          if (place < 0 || marks.length >= 1000) return;
          const hit = rest.splitText(place);
          rest = hit.splitText(words.length);
          const mark = document.createElement("mark");
          hit.replaceWith(mark);
          mark.append(hit);
          marks.push(mark);
        }
      });
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = input.value.trim();
      if (words !== last) search(words);
      if (!marks.length) { count.textContent = words.length < 2 ? t("두 글자 이상 넣어 주십시오", "Enter at least two characters") : t("찾지 못했습니다", "Not found"); return; }
      if (at >= 0) marks[at].classList.remove("here");
      at = (at + 1) % marks.length;
      const mark = marks[at];
      mark.classList.add("here");
      for (let d = mark.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
      mark.scrollIntoView({ block: "center" });
      count.textContent = `${at + 1} / ${marks.length}`;
    });
    input.addEventListener("input", () => { if (!input.value.trim()) { clear(); last = ""; count.textContent = ""; } });
  }

  function startPanes(panes) {
    const tabs = all("[data-pane]");
    const show = (name) => {
      panes.dataset.shown = name;
      tabs.forEach((tab) => { if (tab.dataset.pane === name) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current"); });
    };
    const holding = (hash) => {
      let target = null;
      try { target = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null; } catch (e) { target = null; }
      const body = target && target.closest("[data-pane-body]");
      if (target && target.matches("details")) target.open = true;
      return body ? body.dataset.paneBody : null;
    };
    tabs.forEach((tab) => tab.addEventListener("click", (event) => { event.preventDefault(); show(tab.dataset.pane); scrollTo({ top: tab.closest("nav").offsetTop }); }));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']:not([data-pane])");
      const pane = link && holding(link.getAttribute("href"));
      if (pane) show(pane);
    });
    const wrong = document.querySelector("[data-error-summary]");
    show(wrong ? "form" : holding(location.hash) || "application");
  }

  document.addEventListener("portal:start", () => {
    all("form[data-review]").forEach(startPoints);
    all("form[data-review]").forEach(startKeys);
    all("[data-find-in]").forEach(startFind);
    all("[data-panes]").forEach(startPanes);
  }, { once: true });
})();
