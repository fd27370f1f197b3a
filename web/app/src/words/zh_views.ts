// Words in Chinese for what is fetched when it is wanted, and for ways of looking: revisions, base map, print, tour.

export const ZH_VIEWS = {
  "paint.by": "怎么涂",
  "paint.face": "逐块",
  "paint.unit": "整个来源单元",
} as const;
