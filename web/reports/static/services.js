// What serves the grids: posts, party organisations, premises, rounds and ratings, by grid.
oneGrid.services = (() => {
  const { data, t } = oneGrid.text;
  const { grids, rowsBy, lazily } = oneGrid.model;
  const { integers, counts, places, words, sentences } = oneGrid.decode;

  const staffing = { grid: integers(data.staffing.grid), post: words(data.staffing.post), arithmetic: sentences(data.staffing.arithmetic) };
  for (const name of ["required", "held", "short"]) staffing[name] = counts(data.staffing[name]);
  staffing.ofGrid = lazily(() => rowsBy(staffing.grid));

  const party = { ...data.party, members: counts(data.party.members), reason: sentences(data.party.reason) };
  for (const name of ["form", "name", "proposed_form", "proposed_name"]) party[name] = words(data.party[name]);
  party.known = party.form.values.length > 0;

  const ratings = {
    grid: integers(data.ratings.grid),
    period: words(data.ratings.period),
    score: data.ratings.score,
    stars: counts(data.ratings.stars),
    arithmetic: sentences(data.ratings.arithmetic),
  };
  ratings.ofGrid = lazily(() => rowsBy(ratings.grid));
  const settlement = { stars: counts(data.ratings.settlement.stars) };
  for (const name of ["class", "self_management", "period"]) settlement[name] = words(data.ratings.settlement[name]);

  const premises = { grid: integers(data.premises.grid), name: words(data.premises.name), kind: words(data.premises.kind) };
  premises.count = premises.grid.length;
  const spots = places(data.premises.point);
  premises.place = Array.from({ length: premises.count }, (_, row) => [spots[2 * row], spots[2 * row + 1]]);
  premises.ofGrid = lazily(() => rowsBy(premises.grid));
  premises.title = (row) => premises.name.word(row) || t("type.premises");

  const roundSets = data.rounds && integers(data.rounds.grid);
  /** Days and source of each round of a grid; null without standards. */
  const rounds = (row) => (data.rounds ? data.rounds.sets[roundSets[row]][grids.management_type.word(row)] || null : null);

  /** "2026Q1" in words. */
  function period(text) {
    const [, year, part] = /^(\d+)(\w*)$/.exec(text) || [null, text, ""];
    return t(`period.${part || "year"}`, { year });
  }

  return { staffing, party, ratings, settlement, premises, rounds, period };
})();
