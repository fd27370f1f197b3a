// Why a grid is as it is: its numbers, what it misses, who claims each piece and which rule decided, where its code is from.
oneGrid.explainGrid = (() => {
  const { t, h, told, count, area, share } = oneGrid.text;
  const { grids, gaps, units, faces, lineage, street, streetTitle } = oneGrid.model;
  const { hover } = oneGrid.selection;
  const { facts, section, communityLink, unitLink, joined, gapRow, longList } = oneGrid.explain;

  function source(row) {
    const layer = grids.source_layer.word(row);
    const id = grids.source_id.word(row);
    if (layer === "community") return t("rule.fallback");
    return unitLink(`${layer}:${id}`);
  }

  function numbers(row) {
    const zone = grids.patrol_zone_id.word(row);
    const code = grids.community_code.word(row);
    return facts([
      [t("column.community"), [communityLink(code), h("small", {}, ` ${streetTitle(street(code))}`)]],
      [t("column.kind"), t(`kind.${grids.kind.word(row)}`)],
      [t("column.management_type"), t(`management_type.${grids.management_type.word(row)}`)],
      [t("column.source"), source(row)],
      [t("column.patrol_zone"), zone && `patrol_zone ${zone}` !== `${grids.source_layer.word(row)} ${grids.source_id.word(row)}` ? unitLink(`patrol_zone:${zone}`) : null],
      [t("column.area"), area(grids.area_m2[row])],
      [t("column.parts"), grids.parts[row] > 1 ? count(grids.parts[row]) : null],
    ]);
  }

  const people = (row) => h("ul", { className: "trio" }, ["households", "population", "party_members"].map((column) =>
    h("li", {}, h("b", {}, count(grids[column][row])), h("span", {}, t(`column.${column}`)))));

  /** Faces of the grid with the same claimants and rule, as one piece. */
  function pieces(row) {
    const out = new Map();
    for (const face of faces.ofGrid().get(row) || []) {
      const claimants = faces.claimants(face);
      const rule = faces.rule.word(face);
      const key = `${rule} ${[...claimants].sort().join(" ")}`;
      if (!out.has(key)) out.set(key, { rule, claimants, faces: [], area_m2: 0 });
      out.get(key).faces.push(face);
      out.get(key).area_m2 += faces.area_m2[face] || 0;
    }
    return [...out.values()].sort((a, b) => b.area_m2 - a.area_m2);
  }

  function piece({ rule, claimants, faces: rows, area_m2 }) {
    const who = claimants.length ? joined(claimants.map(unitLink)) : [t("say.claimed_by_none")];
    const lit = faces.drawn ? { mouseenter: () => hover({ type: "faces", row: rows }), mouseleave: () => hover(null) } : {};
    return h("div", { className: "piece", on: lit },
      h("div", { className: "line" }, h("b", {}, t(`rule.${rule}`)), h("span", { className: "number" }, area(area_m2))),
      h("p", {}, who),
      h("p", { className: "calm" }, t(`rule_why.${rule}`)));
  }

  function origin(row) {
    const code = grids.code[row];
    const rows = lineage.new_code.rows.reduce((found, number, place) => {
      if (number >= 0 && lineage.new_code.values[number] === code) found.push(place);
      return found;
    }, []);
    return rows.map((place) => {
      const old = lineage.old_code.word(place);
      const shares = [["area", lineage.area_share[place]], ["household", lineage.household_share[place]]]
        .filter(([, value]) => value !== null)
        .map(([word, value]) => t(`say.${word}_share`, { share: share(value) }));
      return h("li", {}, h("b", {}, t(`relation.${lineage.relation.word(place)}`)), " ",
        old ? h("span", { className: "code" }, old) : t("say.no_old"), h("small", {}, ` ${shares.join(t("page.list"))}`));
    });
  }

  function fate(row) {
    const unit = units.byKey().get(`${grids.source_layer.word(row)}:${grids.source_id.word(row)}`);
    if (unit === undefined) return null;
    const [claimed, granted] = [units.claimed_m2[unit], units.granted_m2[unit]];
    const slots = { claimed: area(claimed), granted: area(granted), share: share(granted / claimed) };
    return section(t("section.unit"), h("p", {}, h("b", {}, t(`status.${units.status.word(unit)}`)), t("page.colon"), t("say.granted_share", slots)),
      units.note.word(unit) && h("p", { className: "calm" }, told(units.note.word(unit))));
  }

  return (row) => {
    const own = gaps.ofGrid().get(row) || [];
    const former = origin(row);
    return [
      people(row),
      numbers(row),
      section(t("section.gaps"), own.length ? longList(own, gapRow, "rows", 6) : h("p", { className: "calm" }, t("say.no_gaps"))),
      ...oneGrid.explainServices(row),
      section(t("section.faces"), longList(pieces(row), piece, "pieces")),
      fate(row),
      former.length ? section(t("section.lineage"), h("ul", { className: "plain" }, former)) : null,
    ];
  };
})();
