// Pieces that explanations are made of: facts in two columns, links to other things, a bar for severity.
oneGrid.explain = (() => {
  const { t, h, told, count, area, share } = oneGrid.text;
  const { grids, gaps, units, communities, repairs, street, streetTitle } = oneGrid.model;
  const { premises } = oneGrid.services;
  const { select, hover } = oneGrid.selection;
  const FIRST = 12;

  /** A list of facts; rows whose value is missing are left out. */
  const facts = (rows) =>
    h("dl", { className: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([word, value]) => [h("dt", {}, word), h("dd", {}, value)]));

  const section = (word, ...children) => h("section", {}, h("h3", {}, word), ...children);

  const link = (thing, ...children) => h("button", {
    type: "button",
    className: "link",
    on: {
      click: () => select(thing, { zoom: true }),
      mouseenter: () => hover(thing),
      mouseleave: () => hover(null),
    },
  }, ...children);

  const ledgerMark = (ledger) => h("i", { className: `mark ${ledger}`, "aria-hidden": "true" });

  function titleOf({ type, row }) {
    if (type === "grid") return grids.title(row);
    if (type === "gap") return gaps.title(row);
    if (type === "unit") return units.title(row);
    if (type === "community") return communities.title(row);
    if (type === "premises") return premises.title(row);
    if (type === "repair") return repairs.title(row);
    return t(`figure.${row}`);
  }

  const communityLink = (code) =>
    communities.row().has(code) ? link({ type: "community", row: communities.row().get(code) }, communities.ofCode(code)) : code;

  /** "layer:id" → the unit's name as a link, with its layer. */
  function unitLink(key) {
    const row = units.byKey().get(key);
    if (row === undefined) return key;
    return link({ type: "unit", row }, units.title(row), units.name.word(row) && h("small", {}, ` ${t(`layer.${units.layer.word(row)}`)}`));
  }

  /** Put a separator between parts. */
  const joined = (parts) => parts.flatMap((part, place) => (place ? [t("page.list"), part] : [part]));

  function severity(row) {
    const value = gaps.severity[row];
    if (value === null) return null;
    const bar = h("span", { className: "severity", "aria-hidden": "true" }, h("span"));
    bar.firstChild.style.width = `${Math.min(100, Math.max(2, value))}%`;
    bar.firstChild.classList.add(gaps.ledger.word(row));
    return [bar, h("span", { className: "number" }, count(value))];
  }

  /** A list that shows its first items and a button for more. */
  function longList(items, make, className = "rows", first = FIRST) {
    const list = h("ul", { className });
    const more = h("button", { type: "button", className: "more" });
    let shown = 0;
    const grow = (by) => {
      list.append(...items.slice(shown, shown + by).map((item) => h("li", {}, make(item))));
      shown = Math.min(items.length, shown + by);
      more.hidden = shown === items.length;
      more.textContent = t("page.more", { count: count(Math.min(100, items.length - shown)) });
    };
    more.addEventListener("click", () => grow(100));
    grow(first);
    return [list, more];
  }

  const gapRow = (row) => link({ type: "gap", row }, ledgerMark(gaps.ledger.word(row)), h("span", { className: "grow" }, gaps.title(row)),
    h("small", {}, gaps.isAccepted(row) ? t("state.accepted") : count(gaps.severity[row])));

  const gridRow = (row) => link({ type: "grid", row }, h("span", { className: "code" }, grids.number(row)), h("span", { className: "grow" }, grids.title(row)),
    h("small", {}, grids.households[row] ? t("say.households", { count: count(grids.households[row]) }) : area(grids.area_m2[row])));

  const unitRow = (row) => link({ type: "unit", row }, h("span", { className: "grow" }, units.title(row),
    h("small", {}, ` ${units.source_id.word(row)} · ${t(`status.${units.status.word(row)}`)}`)),
  h("small", {}, units.households[row] === null ? "–" : t("say.households", { count: count(units.households[row]) })));

  const repairRow = (row) => link({ type: "repair", row }, h("span", { className: "grow" }, repairs.title(row)),
    h("small", {}, repairs.problem.word(row) && told(repairs.problem.word(row))));

  function explainUnit(row) {
    const claimed = units.claimed_m2[row];
    const granted = units.granted_m2[row];
    const why = `status_why.${units.status.word(row)}`;
    return [why in oneGrid.text.data.words && h("p", { className: "remedy" }, t(why)), facts([
      [t("column.layer"), t(`layer.${units.layer.word(row)}`)],
      [t("column.code"), units.source_id.word(row)],
      [t("column.status"), t(`status.${units.status.word(row)}`)],
      [t("column.claimed"), area(claimed)],
      [t("column.granted"), `${area(granted)} (${share(granted / claimed)})`],
      [t("column.households"), count(units.households[row])],
      [t("column.population"), count(units.population[row])],
      [t("column.party_members"), count(units.party_members[row])],
      [t("column.note"), told(units.note.word(row))],
    ])];
  }

  const explainPremises = (row) => [facts([
    [t("column.kind"), premises.kind.word(row) && t(`premises.${premises.kind.word(row)}`)],
    [t("column.grid"), premises.grid[row] >= 0 ? link({ type: "grid", row: premises.grid[row] }, grids.title(premises.grid[row])) : null],
  ])];

  const explainRepair = (row) => [facts([
    [t("column.layer"), t(`layer.${repairs.layer.word(row)}`)],
    [t("column.source"), repairs.source_id.word(row)],
    [t("column.problem"), told(repairs.problem.word(row))],
    [t("column.action"), told(repairs.action.word(row))],
    [t("column.changed"), area(repairs.changed_m2[row])],
  ])];

  function explainCommunity(row) {
    const rows = communities.grids()[row];
    const sum = (column) => grids.sum(column, rows);
    const own = rows.flatMap((grid) => gaps.ofGrid().get(grid) || []);
    return [
      facts([
        [t("column.code"), communities.code[row]],
        [t("column.street"), streetTitle(street(communities.code[row]))],
        [t("column.grids"), count(rows.length)],
        [t("column.area"), area(sum("area_m2"))],
        [t("column.households"), count(sum("households"))],
        [t("column.population"), count(sum("population"))],
        [t("column.party_members"), count(sum("party_members"))],
        [t("fill.shortage"), sum("short") === null ? null : t("staff.total", {
          required: count(sum("required")), held: count(sum("held")), short: count(sum("short")),
        })],
      ]),
      section(t("section.gaps"), own.length ? longList(own, gapRow) : h("p", { className: "calm" }, t("say.no_gaps"))),
      section(t("section.grids"), longList(rows, gridRow)),
    ];
  }

  return {
    facts, section, link, ledgerMark, titleOf, communityLink, unitLink, joined, severity, longList,
    gapRow, gridRow, unitRow, repairRow, explainUnit, explainRepair, explainCommunity, explainPremises,
  };
})();
