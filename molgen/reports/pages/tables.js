"use strict";
(() => {
  // tables are sorted by a click on a title; numbers as numbers, what is no number last
  function number(text) {
    return parseFloat(text.trim().replace("−", "-"));
  }
  function key(row, column) {
    const text = row.cells[column].textContent.trim();
    return Number.isNaN(number(text)) ? text.toLowerCase() : number(text);
  }
  function compare(one, other, up) {
    if (typeof one === typeof other) {
      return (up ? 1 : -1) * (typeof one === "number" ? one - other : one.localeCompare(other));
    }
    return typeof one === "number" ? -1 : 1;
  }
  for (const title of document.querySelectorAll("thead th")) {
    title.tabIndex = 0;
    title.title = `${title.title}\nA click sorts by this column.`.trim();
    const sort = () => {
      const table = title.closest("table");
      const up = title.getAttribute("aria-sort") !== "ascending";
      for (const other of title.parentElement.cells) other.removeAttribute("aria-sort");
      title.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => compare(key(a, title.cellIndex), key(b, title.cellIndex), up));
      table.tBodies[0].append(...rows);
    };
    title.addEventListener("click", sort);
    title.addEventListener("keydown", (event) => {
      if (event.key === "Enter") sort();
    });
  }

  // a word must stand in the row; "score<-8" is a limit on the first column whose title begins so
  const tests = { "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b };
  function meets(row, word, titles) {
    const limit = /^([^<>=]+)(<=|>=|<|>)(-?\d+(?:\.\d+)?)%?$/.exec(word);
    const column = limit ? titles.findIndex((title) => title.startsWith(limit[1])) : -1;
    if (column < 0) return row.textContent.toLowerCase().includes(word);
    return tests[limit[2]](number(row.cells[column].textContent), Number(limit[3]));
  }
  for (const field of document.querySelectorAll("input.filter")) {
    field.addEventListener("input", () => {
      const table = field.parentElement.querySelector("table");
      const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.toLowerCase());
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of table.tBodies[0].rows) row.hidden = !words.every((word) => meets(row, word, titles));
    });
  }
})();
