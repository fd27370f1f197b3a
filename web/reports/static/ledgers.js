// The three ledgers as lists, worst first: a click shows the place.
oneGrid.ledgers = (() => {
  const { data, t, h, told, count, area, onLanguage } = oneGrid.text;
  const { LEDGERS, gaps, grids, communities, build } = oneGrid.model;
  const { select, hover, selected, onSelect } = oneGrid.selection;
  const { severity } = oneGrid.explain;
  const panel = document.getElementById("ledgers");
  const FIRST = 100;
  const LEDGER_KINDS = data.ledgers;
  let ledger = LEDGERS.find((name) => gaps.ledgers()[name].length) || LEDGERS[0];
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
    shown = FIRST;
    render();
  }

  /** Show one kind of the ledger alone, in the list and on the map; all kinds with none. */
  function choose(name) {
    gaps.only[ledger] = name || undefined;
    shown = FIRST;
    oneGrid.legend.reveal(`gaps_${ledger}`);
    oneGrid.painter.the().repaint();
    oneGrid.legend.render();
    render();
  }

  /** A choice among the kinds of this ledger, in the order of `LEDGER_KINDS`. */
  function kinds(rows) {
    const found = new Map();
    for (const row of rows) found.set(gaps.kind.word(row), (found.get(gaps.kind.word(row)) || 0) + 1);
    if (found.size < 2) return null;
    const option = (name, word, number) => h("option", { value: name || "", selected: gaps.only[ledger] === (name || undefined) }, `${word}  ${count(number)}`);
    const rank = (name) => (LEDGER_KINDS[ledger].indexOf(name) + 99) % 99;
    const names = [...found.keys()].sort((a, b) => rank(a) - rank(b));
    const choice = h("select", { id: "gap-kind", ariaLabel: t("page.kind"), on: { change: () => {
      choose(choice.value);
      panel.querySelector("#gap-kind").focus();
    } } }, option(null, t("page.all_kinds"), rows.length), names.map((name) => option(name, t(`gap.${name}`), found.get(name))));
    return choice;
  }

  function place(row) {
    const grid = gaps.grid[row];
    const code = gaps.community_code.word(row);
    if (grid >= 0) return `${communities.ofCode(grids.community_code.word(grid))} ${grids.number(grid)} ${grids.ownName(grid) || ""}`;
    return code ? communities.ofCode(code) : gaps.gap_id(row);
  }

  function item(row) {
    const thing = { type: "gap", row };
    const size = gaps.households[row] ? t("say.households", { count: count(gaps.households[row]) }) : area(gaps.area_m2[row]);
    return h("li", {}, h("button", {
      type: "button", className: gaps.isAccepted(row) ? "gap accepted" : "gap", "data-row": row,
      on: { click: () => select(thing, { zoom: true }), mouseenter: () => hover(thing), mouseleave: () => hover(null) },
    }, h("span", { className: "line" }, h("b", { className: "grow" }, gaps.title(row)), h("small", {}, gaps.isAccepted(row) ? t("state.accepted") : size)),
    h("span", { className: "line" }, h("span", { className: "where" }, place(row)), h("span", { className: "worst" }, severity(row)))));
  }

  /** Gap kinds of this ledger that the sources can't show, and why. */
  const unevaluated = () => LEDGER_KINDS[ledger].filter((name) => build.has(`not_evaluated.${name}`)).map((name) =>
    h("p", { className: "calm" }, t("page.not_evaluated", { kind: t(`gap.${name}`), reason: told(build.get(`not_evaluated.${name}`)) })));

  function mark() {
    const thing = selected();
    for (const button of panel.querySelectorAll(".gap")) {
      button.classList.toggle("selected", Boolean(thing) && thing.type === "gap" && Number(button.dataset.row) === thing.row);
    }
  }

  function render() {
    const all = gaps.ledgers()[ledger];
    const kind = gaps.only[ledger];
    const rows = kind ? all.filter((row) => gaps.kind.word(row) === kind) : all;
    const list = h("ul", { className: "gaps", id: "ledger-list", role: "tabpanel", "aria-labelledby": `tab-${ledger}` }, rows.slice(0, shown).map(item));
    const more = rows.length > shown && h("button", { type: "button", className: "more", on: { click: () => { shown += FIRST; render(); } } },
      t("page.more", { count: count(Math.min(FIRST, rows.length - shown)) }));
    const scroll = panel.querySelector(".scroll");
    const top = scroll && shown > FIRST ? scroll.scrollTop : 0;
    panel.replaceChildren(
      h("h2", {}, t("page.ledgers")),
      h("div", { className: "ledger-tabs", role: "tablist" }, LEDGERS.map(tab)),
      h("div", { className: "scroll" }, ...[kinds(all), rows.length ? list : h("p", { className: "calm" }, t("page.no_gaps")), more, ...unevaluated()].filter(Boolean)));
    panel.querySelector(".scroll").scrollTop = top;
    mark();
  }

  onLanguage(render);
  onSelect(mark);
  return { open };
})();
