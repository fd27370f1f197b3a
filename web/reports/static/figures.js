// The figures at the top, and where each comes from.
oneGrid.figures = (() => {
  const { t, h, count, area, share, onLanguage } = oneGrid.text;
  const { LEDGERS, grids, units, repairs, communities, street, streetTitle } = oneGrid.model;
  const { select } = oneGrid.selection;
  const { facts, section, longList, link, gridRow, unitRow, repairRow } = oneGrid.explain;
  const list = document.getElementById("figures");

  const every = Array.from({ length: grids.count }, (_, row) => row);
  const unclaimed = every.filter((row) => grids.isUnclaimed(row));
  const total = grids.sum("area_m2", every);
  const unclaimedArea = grids.sum("area_m2", unclaimed) || 0;
  const streets = new Map();
  communities.code.forEach((code, row) => {
    if (!streets.has(street(code))) streets.set(street(code), []);
    streets.get(street(code)).push(row);
  });

  const lost = units.unplaced();
  const householdsOf = (rows) => rows.reduce((sum, row) => sum + (units.households[row] || 0), 0);
  const allUnits = Array.from({ length: units.count }, (_, row) => row);

  const VALUES = {
    grids: () => count(grids.count),
    communities: () => count(communities.count),
    households: () => count(grids.sum("households", every)),
    area: () => area(total),
    unclaimed: () => area(unclaimedArea),
    unplaced: () => count(lost.length),
    repairs: () => count(repairs.count),
  };
  const SHOWN = ["grids", "communities", "households", "area", "unclaimed", ...(lost.length ? ["unplaced"] : [])];

  const figure = (name, value, word, action, className = "") => h("li", { className },
    h("button", { type: "button", on: { click: action } }, h("b", {}, value), h("span", {}, word)));

  function render() {
    list.replaceChildren(
      ...SHOWN.map((name) =>
        figure(name, VALUES[name](), t(`figure.${name}`), () => select({ type: "figure", row: name }), name)),
      ...LEDGERS.map((ledger) => figure(ledger, count(oneGrid.ledgers.open(ledger).length), t(`ledger.${ledger}`),
        () => oneGrid.openLedger(ledger), `gap ${ledger}`)));
  }

  const communityRow = (row) => link({ type: "community", row }, h("span", { className: "grow" }, communities.title(row)),
    h("small", {}, t("say.grids", { count: count(communities.grids()[row].length) })));

  const byKind = () => facts(grids.kind.values.map((kind) => {
    const rows = every.filter((row) => grids.kind.word(row) === kind);
    return [t(`kind.${kind}`), `${count(rows.length)} · ${area(grids.sum("area_m2", rows))}`];
  }));

  /** What a figure means and what it adds up. */
  function explain(name) {
    const slots = {
      share: share(unclaimedArea / total),
      count: count(lost.length),
      households: count(householdsOf(lost)),
      without: count(repairs.place.filter((place) => !place).length),
      units: count(householdsOf(allUnits)),
      lost: count(householdsOf(lost)),
    };
    const word = name === "households" && householdsOf(allUnits) - householdsOf(lost) !== grids.sum("households", every) ? "households_of_grids" : name;
    const why = h("p", {}, t(`figure_why.${word}`, slots));
    const value = h("p", { className: "big" }, VALUES[name]());
    if (name === "unclaimed") {
      const worst = [...unclaimed].sort((a, b) => grids.area_m2[b] - grids.area_m2[a]);
      return [value, why, section(t("section.grids"), longList(worst, gridRow))];
    }
    if (name === "communities") {
      const streetRows = [...streets].map(([code, rows]) => [streetTitle(code), count(rows.length)]);
      return [value, why, facts(streetRows), section(t("section.communities"), longList(communities.code.map((_, row) => row), communityRow))];
    }
    if (name === "unplaced") return [value, why, section(t("section.units"), longList(lost, unitRow))];
    if (name === "repairs") return [value, why, section(t("section.repairs"), longList(Array.from({ length: repairs.count }, (_, row) => row), repairRow))];
    if (name === "households") return [value, why, lost.length ? section(t("section.units"), longList(lost, unitRow)) : null, byKind()];
    return [value, why, byKind()];
  }

  /** How many streets, communities or grids there are. */
  const divisions = (level) => ({ street: streets.size, community: communities.count, grid: grids.count })[level];

  /** The ground of all grids in square steps of the map; their boxes would count overlaps twice. */
  function extent() {
    const [south, north] = [-1, 1].map((side) => oneGrid.painter.toLatLng(0, side * 500));
    return total / (south.distanceTo(north) / 1000) ** 2;
  }

  onLanguage(render);
  return { explain, divisions, extent };
})();
