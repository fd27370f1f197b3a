// The three ledgers as lists, worst first: a click shows the place.
oneGrid.ledgers = (() => {
  const { data, t, h, count, area, onLanguage } = oneGrid.text;
  const { LEDGERS, gaps, grids, communities, build } = oneGrid.model;
  const { select, hover, selected, onSelect } = oneGrid.selection;
  const { severity } = oneGrid.explain;
  const panel = document.getElementById("ledgers");
  const FIRST = 100;
  const LEDGER_KINDS = data.ledgers;
  let ledger = LEDGERS.find((name) => gaps.ledgers()[name].length) || LEDGERS[0];
  let kind = null;
  let shown = FIRST;

  const open = (name) => gaps.ledgers()[name].filter((row) => !gaps.isAccepted(row));

  function tab(name) {
    const here = name === ledger;
    return h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(here), "aria-controls": "ledger-list", tabIndex: here ? 0 : -1,
      className: name,
      on: { click: () => turnTo(name), keydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        turnTo(LEDGERS[(LEDGERS.indexOf(name) + step + LEDGERS.length) % LEDGERS.length]);
        panel.querySelector('[aria-selected="true"]').focus();
      } },
    }, h("i", { className: `mark ${name}`, "aria-hidden": "true" }), h("span", {}, t(`ledger.${name}`)), h("b", {}, count(open(name).length)));
  }

  function turnTo(name) {
    ledger = name;
    kind = null;
    shown = FIRST;
    oneGrid.legend.reveal(`gaps_${name}`);
    render();
  }

  function chips(rows) {
    const kinds = new Map();
    for (const row of rows) kinds.set(gaps.kind.word(row), (kinds.get(gaps.kind.word(row)) || 0) + 1);
    if (kinds.size < 2) return null;
    const chip = (name, word, number) => h("button", {
      type: "button", className: "chip", "aria-pressed": String(kind === name),
      on: { click: () => { kind = name; shown = FIRST; render(); } },
    }, word, h("b", {}, count(number)));
    return h("div", { className: "chips" }, chip(null, t("page.all_kinds"), rows.length),
      [...kinds].map(([name, number]) => chip(name, t(`gap.${name}`), number)));
  }

  function place(row) {
    const grid = gaps.grid[row];
    const code = gaps.community_code.word(row);
    if (grid >= 0) return `${communities.ofCode(grids.community_code.word(grid))} ${grids.short(grid)} ${grids.ownName(grid) || ""}`;
    return code ? communities.ofCode(code) : gaps.gap_id[row];
  }

  function item(row) {
    const thing = { type: "gap", row };
    const size = gaps.households[row] ? t("say.households", { count: count(gaps.households[row]) }) : area(gaps.area_m2[row]);
    return h("li", {}, h("button", {
      type: "button", className: gaps.isAccepted(row) ? "gap accepted" : "gap", "data-row": row,
      on: { click: () => select(thing, { zoom: true }), mouseenter: () => hover(thing), mouseleave: () => hover(null) },
    }, h("span", { className: "line" }, h("b", {}, t(`gap.${gaps.kind.word(row)}`)), h("small", {}, gaps.isAccepted(row) ? t("state.accepted") : size)),
    h("span", { className: "line" }, h("span", { className: "where" }, place(row)), h("span", { className: "worst" }, severity(row)))));
  }

  /** Gap kinds of this ledger that the sources can't show, and why. */
  const unevaluated = () => LEDGER_KINDS[ledger].filter((name) => build.has(`not_evaluated.${name}`)).map((name) =>
    h("p", { className: "calm" }, t("page.not_evaluated", { kind: t(`gap.${name}`), reason: t(`text.${build.get(`not_evaluated.${name}`)}`) })));

  function mark() {
    const thing = selected();
    for (const button of panel.querySelectorAll(".gap")) {
      button.classList.toggle("selected", Boolean(thing) && thing.type === "gap" && Number(button.dataset.row) === thing.row);
    }
  }

  function render() {
    const all = gaps.ledgers()[ledger];
    const rows = kind === null ? all : all.filter((row) => gaps.kind.word(row) === kind);
    const list = h("ul", { className: "gaps", id: "ledger-list", role: "tabpanel", "aria-labelledby": `tab-${ledger}` }, rows.slice(0, shown).map(item));
    const more = rows.length > shown && h("button", { type: "button", className: "more", on: { click: () => { shown += FIRST; render(); } } },
      t("page.more", { count: count(Math.min(FIRST, rows.length - shown)) }));
    const scroll = panel.querySelector(".scroll");
    const top = scroll && shown > FIRST ? scroll.scrollTop : 0;
    panel.replaceChildren(
      h("h2", {}, t("page.ledgers")),
      h("div", { className: "ledger-tabs", role: "tablist" }, LEDGERS.map(tab)),
      h("div", { className: "scroll" }, ...[chips(all), rows.length ? list : h("p", { className: "calm" }, t("page.no_gaps")), more, ...unevaluated()].filter(Boolean)));
    panel.querySelector(".scroll").scrollTop = top;
    mark();
  }

  onLanguage(render);
  onSelect(mark);
  return { open };
})();
