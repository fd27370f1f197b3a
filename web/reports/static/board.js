// A board needs a script for the other language, for printing, and to have all that is on it fit on its sheet.
(() => {
  const root = document.documentElement;
  const LARGEST = 12, SMALLEST = 6.5, STEP = 0.5;

  /** Set a column in letters as large as the room above the foot of the board allows, in points. */
  function fit(column) {
    const room = column.parentElement;
    for (let points = LARGEST; points >= SMALLEST; points -= STEP) {
      column.style.fontSize = `${points}pt`;
      const last = column.lastElementChild;
      if (!last || last.getBoundingClientRect().bottom <= room.getBoundingClientRect().bottom) return;
    }
  }
  const fitAll = () => document.querySelectorAll(".people, .place").forEach(fit);

  document.getElementById("language").addEventListener("click", () => {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
    fitAll();
  });
  document.getElementById("print").addEventListener("click", () => window.print());
  fitAll();
  root.classList.add("ready");
})();
