// What a gap is, how bad and by which arithmetic, by which rule from which source, and what would remedy it.
oneGrid.explainGap = (() => {
  const { t, h, told, count, area, share } = oneGrid.text;
  const { grids, gaps } = oneGrid.model;
  const { facts, link, communityLink, unitLink, joined, severity, ledgerMark } = oneGrid.explain;

  /** How the facts of `detail` are told; what is not here stands in the title or in the sentence of `figure`. */
  const WORDED = {
    share,
    home: communityLink,
    nearest_community: communityLink,
    company: String,
    proposed_form: (form) => t(`form.${form}`),
    signed: String,
  };

  const others = (detail) => Object.keys(WORDED)
    .filter((key) => detail[key] !== undefined && detail[key] !== null && detail[key] !== "")
    .map((key) => [t(`detail.${key}`), WORDED[key](detail[key])]);

  return (row) => {
    const detail = gaps.detail(row);
    const grid = gaps.grid[row];
    const advice = told(gaps.remedy.word(row));
    const ledger = gaps.ledger.word(row);
    const units = gaps.units(row);
    return [
      h("p", { className: "ledger" }, ledgerMark(ledger), t(`ledger.${ledger}`), units.length > 1 && h("small", {}, t(`gap.${gaps.kind.word(row)}`))),
      detail.figure && h("p", { className: "figure" }, told(String(detail.figure))),
      h("div", { className: "worst" }, h("span", {}, t("column.severity")), severity(row)),
      detail.arithmetic && h("p", { className: "arithmetic" }, told(String(detail.arithmetic))),
      advice && h("p", { className: "remedy" }, h("b", {}, t("column.remedy")), advice),
      facts([
        [t("column.area"), area(gaps.area_m2[row])],
        [t("column.households"), count(gaps.households[row])],
        [t("column.grid"), grid >= 0 ? link({ type: "grid", row: grid }, grids.title(grid)) : null],
        [t("column.community"), gaps.community_code.word(row) && communityLink(gaps.community_code.word(row))],
        [t("column.units"), units.length ? joined(units.map(unitLink)) : null],
        ...others(detail),
        [t("column.rule"), detail.rule && told(String(detail.rule))],
        [t("column.source_of_rule"), detail.source && told(String(detail.source))],
        [t("column.state"), gaps.state.word(row) && t(`state.${gaps.state.word(row)}`)],
        [t("column.reason"), gaps.reason.word(row)],
        [t("column.expires"), gaps.expires.word(row)],
        [t("column.gap_id"), h("span", { className: "code" }, gaps.gap_id(row))],
      ]),
      detail.source && h("p", { className: "footnote" }, t("page.sources")),
    ];
  };
})();
