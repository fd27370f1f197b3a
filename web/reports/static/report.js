// The report needs a script for two things: the other language, and tables sorted by a heading.
(() => {
  const root = document.documentElement;
  document.getElementById("language").addEventListener("click", () => {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
  });
  document.getElementById("print").addEventListener("click", () => window.print());

  const keyOf = (cell) => (cell.dataset.sort !== undefined ? cell.dataset.sort : cell.innerText.trim());

  /** Compare two cells: what is missing last, numbers by size, words as a dictionary has them. */
  function compare(one, other, numeric) {
    if (!one || !other) return (one ? 0 : 1) - (other ? 0 : 1);
    return numeric ? one - other : one.localeCompare(other, "zh");
  }

  function sort(heading) {
    const table = heading.closest("table");
    const column = [...heading.parentElement.children].indexOf(heading);
    const numeric = heading.classList.contains("n");
    const before = heading.getAttribute("aria-sort");
    const down = before ? before === "ascending" : numeric;
    for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.querySelector("tbody.rows");
    const rows = [...body.rows].map((row) => [row, keyOf(row.cells[column])]);
    rows.sort(([, one], [, other]) => (one && other && down ? -1 : 1) * compare(one, other, numeric));
    body.append(...rows.map(([row]) => row));
  }

  for (const heading of document.querySelectorAll("thead tr:last-child th")) {
    heading.classList.add("sorts");
    heading.tabIndex = 0;
    heading.addEventListener("click", (event) => event.target.closest("a") || sort(heading));
    heading.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        sort(heading);
      }
    });
  }
  root.classList.add("ready");
})();
