/* Two tables that add up while one types. They only show: the server counts again and decides.

   [data-grid] on a <table>: inputs named as they like with data-row and data-col; sums go to [data-row-sum=row],
     [data-col-sum=col] and [data-total]. A block copied from a spreadsheet can be pasted into any cell.
     data-unit on the table (KRW unless said). Cells that are no number are marked, each with its reason.
   [data-award-table]: inputs data-cap="CODE [CODE2]" (amount counted against these caps) with optional
     data-unit-value (an input of 3 with unit value 1000 counts 3000; a checkbox counts its value only when ticked);
     elements [data-cap-left=CODE] with data-cap, data-used (integers: what others hold) and data-unit show what is
     left; data-cap-bar inside them is an SVG rect whose width follows. Over a cap: class over, rows is-over. */
"use strict";
(function () {
  const { t, all, group, readAmount, inUnit } = window.portal;

  function mark(input, reason) {
    const cell = input.parentElement;
    let p = cell.querySelector(".cell-error");
    if (!reason) { if (p) p.remove(); input.removeAttribute("aria-invalid"); return; }
    if (!p) { p = document.createElement("span"); p.className = "cell-error"; cell.append(p); }
    p.id = p.id || (input.id || input.name) + "-cell-error";
    p.textContent = reason;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", p.id);
  }
  function read(input, unit) {
    const n = readAmount(input.value, unit);
    if (n === null) { mark(input, t("숫자가 아닙니다", "Not a number")); return 0; }
    if (n < 0 && !input.hasAttribute("data-negative")) { mark(input, t("0 이상이어야 합니다", "Must be 0 or more")); return 0; }
    mark(input, "");
    return n;
  }

  function grid(table) {
    const unit = table.dataset.unit || "KRW";
    const cells = () => all("input[data-row][data-col]", table);
    function add() {
      const rows = {}, cols = {};
      let total = 0;
      cells().forEach((input) => {
        const n = read(input, unit);
        const { row, col } = input.dataset;
        rows[row] = (rows[row] || 0) + n;
        cols[col] = (cols[col] || 0) + n;
        total += n;
      });
      const show = (e, n) => { e.textContent = inUnit(n, unit); e.title = group(n); };
      all("[data-row-sum]", table).forEach((e) => show(e, rows[e.dataset.rowSum] || 0));
      all("[data-col-sum]", table).forEach((e) => show(e, cols[e.dataset.colSum] || 0));
      all("[data-total]", table).forEach((e) => show(e, total));
    }
    table.addEventListener("input", add);
    table.addEventListener("focusout", (event) => { const input = event.target; if (input.dataset.row && /^\s*\d{4,}\s*$/.test(input.value)) input.value = group(input.value.trim()); });
    table.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
      const first = event.target;
      if (!first.dataset || !first.dataset.row || !/[\t\n]/.test(text)) return;
      event.preventDefault();
      const inputs = cells();
      const rows = [...new Set(inputs.map((i) => i.dataset.row))], cols = [...new Set(inputs.map((i) => i.dataset.col))];
      const top = rows.indexOf(first.dataset.row), left = cols.indexOf(first.dataset.col);
      let lost = 0;
      text.split(/\r?\n/).forEach((line, y) => line.split("\t").forEach((value, x) => {
        const input = inputs.find((i) => i.dataset.row === rows[top + y] && i.dataset.col === cols[left + x]);
        if (!input || input.readOnly || input.disabled) { if (value.trim()) lost += 1; return; }
        input.value = value.trim();
      }));
      all("input[data-row]", table).slice(0, 1).forEach((i) => i.dispatchEvent(new Event("input", { bubbles: true })));
      const out = table.closest("form") && table.closest("form").querySelector("[data-grid-said]");
      if (out) out.textContent = lost ? t(`표 밖이라 넣지 못한 칸이 ${lost}개 있습니다.`, `${lost} cells fell outside the table and were not pasted.`) : t("붙여넣었습니다.", "Pasted.");
    });
    /* Arrow keys move up and down; Enter goes down instead of sending the form. */
    table.addEventListener("keydown", (event) => {
      if (!event.target.dataset || !event.target.dataset.row || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
      const column = cells().filter((i) => i.dataset.col === event.target.dataset.col);
      const next = column[column.indexOf(event.target) + (event.key === "ArrowUp" ? -1 : 1)];
      event.preventDefault();
      if (next) { next.focus(); next.select(); }
    });
    add();
  }

  function award(table) {
    const lefts = () => all("[data-cap-left]");
    function add() {
      const sums = {}, users = {};
      all("[data-cap]:not([data-cap-left])", table).forEach((input) => {
        const n = input.type === "checkbox" || input.type === "radio" ? (input.checked ? Number(input.dataset.amount || input.value) || 0 : 0) : input.dataset.mirror ? Number(input.value) : read(input, input.dataset.unit || "KRW");
        const value = n * Number(input.dataset.unitValue || 1);
        input.dataset.cap.split(/\s+/).filter(Boolean).forEach((code) => { sums[code] = (sums[code] || 0) + value; (users[code] = users[code] || []).push([input, value]); });
      });
      all(".is-over", table).forEach((e) => e.classList.remove("is-over"));
      lefts().forEach((e) => {
        const code = e.dataset.capLeft;
        const cap = Number(e.dataset.cap), now = sums[code] || 0;
        const left = cap - Number(e.dataset.used || 0) - now;
        const over = left < 0;
        e.classList.toggle("over", over);
        const out = e.querySelector("[data-left-text]") || e;
        out.textContent = over ? t(`${inUnit(-left, e.dataset.unit)} 초과`, `${inUnit(-left, e.dataset.unit)} over`) : t(`${inUnit(left, e.dataset.unit)} 남음`, `${inUnit(left, e.dataset.unit)} left`);
        const bar = e.querySelector("rect[data-cap-bar]");
        if (bar && cap > 0) {
          const used = Number(e.dataset.used || 0), wide = Math.max(cap, used + now);
          const percent = (n) => `${((100 * Math.max(0, n)) / wide).toFixed(2)}%`;
          const edge = e.querySelector("rect[data-edge-bar]"), before = e.querySelector("rect[data-used-bar]");
          if (before) before.setAttribute("width", percent(used));
          bar.setAttribute("x", percent(used));
          bar.setAttribute("width", percent(now));
          bar.setAttribute("class", over ? "f-over" : "f-now");
          if (edge) edge.setAttribute("x", over ? percent(cap) : "101%");
        }
        const said = e.querySelector("[data-now-text]");
        if (said) said.textContent = inUnit(now, e.dataset.unit);
        if (over) (users[code] || []).filter(([, v]) => v > 0).forEach(([input]) => (input.closest("tr") || input).classList.add("is-over"));
      });
      all("[data-row-total]", table).forEach((e) => {
        const row = e.closest("tr");
        const n = all("[data-cap]:not([data-cap-left])", row).filter((i) => (i.dataset.unit || "KRW") === (e.dataset.unit || "KRW")).reduce((s, i) => s + (readAmount(i.value, i.dataset.unit || "KRW") || 0) * Number(i.dataset.unitValue || 1), 0);
        e.textContent = inUnit(n, e.dataset.unit || "KRW");
      });
    }
    table.addEventListener("input", add);
    table.addEventListener("change", add);
    add();
  }

  document.addEventListener("portal:start", (event) => {
    all("[data-grid]", event.detail).forEach(grid);
    all("[data-award-table]", event.detail).forEach(award);
  });
})();
