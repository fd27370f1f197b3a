// A board needs a script for the other language and for printing.
(() => {
  const root = document.documentElement;
  document.getElementById("language").addEventListener("click", () => {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
  });
  document.getElementById("print").addEventListener("click", () => window.print());
  root.classList.add("ready");
})();
