// Words in the language of the page, numbers as the office writes them, and elements that hold text and never markup.
oneGrid.text = (() => {
  const data = JSON.parse(document.getElementById("onegrid-data").textContent);
  const THIN_SPACE = "\u202f";
  const listeners = [];
  let language = data.language;

  function t(key, slots = {}) {
    const pair = data.words[key];
    const word = pair ? pair[data.languages.indexOf(language)] : key.slice(key.indexOf(".") + 1);
    return word.replace(/\{(\w+)\}/g, (whole, slot) => (slot in slots ? slots[slot] : whole));
  }

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pieces = Object.fromEntries(Object.entries(data.pieces).map(([reader, all]) => [reader, all.map(([old, made, order]) => [
    new RegExp(old.split("#").map(escaped).join("([\\d.,]*\\d)"), "g"), made.split("#"), order,
  ])]));

  /** A sentence of the engine in the language of the page; what nobody has translated stays as it is. */
  function told(text) {
    if (!text || data.words[`text.${text}`]) return text && t(`text.${text}`);
    const worded = pieces[language].reduce((said, [old, made, order]) => said.replace(old, (...found) =>
      made.map((part, place) => (place ? found[1 + (order ? order[place - 1] : place - 1)] : "") + part).join("")), text);
    return worded === text ? text : worded.charAt(0).toUpperCase() + worded.slice(1);
  }

  function speak(next) {
    language = next;
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const element of document.querySelectorAll("[data-word]")) element.textContent = t(element.dataset.word);
    for (const element of document.querySelectorAll("[data-word-label]")) {
      element.setAttribute("aria-label", t(element.dataset.wordLabel));
    }
    for (const element of document.querySelectorAll("[data-word-placeholder]")) {
      element.placeholder = t(element.dataset.wordPlaceholder);
    }
    for (const listener of listeners) listener();
  }

  const integer = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);

  function decimal(value, digits) {
    const [whole, part] = Math.abs(value).toFixed(digits).split(".");
    return (value < 0 ? "−" : "") + integer(Number(whole)) + (part ? "." + part : "");
  }

  /** Square metres under one hectare, else hectares with one decimal. */
  function area(squareMetres) {
    if (squareMetres === null) return "–";
    if (squareMetres >= 10000) return `${decimal(squareMetres / 10000, 1)} ${language === "zh" ? "公顷" : "ha"}`;
    return `${squareMetres > 0 && squareMetres < 10 ? decimal(squareMetres, 1) : integer(squareMetres)} m²`;
  }

  function share(value) {
    if (value === null || !isFinite(value)) return "–";
    const percent = value * 100;
    if (percent > 0 && percent < 0.1) return "< 0.1 %";
    return `${decimal(percent, percent >= 99.95 || percent === 0 ? 0 : 1)} %`;
  }

  /** Make an element: properties are set, `on` holds listeners, text children become text nodes. */
  function h(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
      else if (name in element && name !== "list") element[name] = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  }

  return {
    data, t, h, told, speak, integer, decimal, area, share,
    count: (value) => (value === null ? "–" : integer(value)),
    language: () => language,
    toggle: () => speak(data.languages.find((other) => other !== language)),
    onLanguage: (listener) => listeners.push(listener),
  };
})();
