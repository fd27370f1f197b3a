// What a gap is, how bad and by which arithmetic, by which rule from which source, and what would remedy it.
oneGrid.explainGap = (() => {
  const { t, h, count, area, share } = oneGrid.text;
  const { grids, gaps } = oneGrid.model;
  const { facts, link, communityLink, unitLink, joined, severity, ledgerMark } = oneGrid.explain;
  const KNOWN = ["arithmetic", "rule", "source", "units", "names", "unit"];
  const WORDED = { share, home: communityLink, nearest_community: communityLink };

  const words = (value) => (Array.isArray(value) ? value.map(words).join(t("page.list"))
    : value && typeof value === "object" ? JSON.stringify(value) : String(value));

  /** The facts of `detail` that have no place of their own. */
  const others = (detail) => Object.entries(detail)
    .filter(([key, value]) => !KNOWN.includes(key) && value !== null && value !== "")
    .map(([key, value]) => [t(`detail.${key}`), key in WORDED ? WORDED[key](value) : words(value)]);

  /** "layer:id" of the units that a gap is about. */
  const unitsOf = ({ units, unit }) => (Array.isArray(units) ? units : unit ? [unit] : []).map(String);

  /** A sentence of the engine in the language of the page; as it is where nobody has translated it. */
  const said = (text) => text && t(`text.${text}`);

  const inUnits = (arithmetic) => arithmetic.replaceAll("公顷", t("unit.hectares")).replaceAll("户", t("unit.households"));

  return (row) => {
    const detail = gaps.detail[row];
    const grid = gaps.grid[row];
    const advice = said(gaps.remedy.word(row));
    const ledger = gaps.ledger.word(row);
    return [
      h("p", { className: "ledger" }, ledgerMark(ledger), t(`ledger.${ledger}`)),
      h("div", { className: "worst" }, h("span", {}, t("column.severity")), severity(row)),
      detail.arithmetic && h("p", { className: "arithmetic" }, inUnits(words(detail.arithmetic))),
      advice && h("p", { className: "remedy" }, h("b", {}, t("column.remedy")), advice),
      facts([
        [t("column.rule"), detail.rule && said(words(detail.rule))],
        [t("column.source_of_rule"), detail.source && said(words(detail.source))],
        [t("column.area"), area(gaps.area_m2[row])],
        [t("column.households"), count(gaps.households[row])],
        [t("column.grid"), grid >= 0 ? link({ type: "grid", row: grid }, grids.title(grid)) : null],
        [t("column.community"), gaps.community_code.word(row) && communityLink(gaps.community_code.word(row))],
        [t("column.units"), unitsOf(detail).length ? joined(unitsOf(detail).map(unitLink)) : null],
        ...others(detail),
        [t("column.state"), gaps.state.word(row) && t(`state.${gaps.state.word(row)}`)],
        [t("column.reason"), gaps.reason.word(row)],
        [t("column.expires"), gaps.expires.word(row)],
        [t("column.gap_id"), h("span", { className: "code" }, gaps.gap_id[row])],
      ]),
    ];
  };
})();
