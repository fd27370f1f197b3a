// Words in Chinese for what is fetched when it is wanted, and for ways of looking: revisions, base map, print, tour.

export const ZH_VIEWS = {
  "paint.by": "怎么涂",
  "paint.face": "逐块",
  "paint.unit": "整个来源单元",
  "revision.visit": "看第 {revision} 版",
  "revision.bar": "旧版，只读",
  "revision.looking": "正在看第 {revision} 版，只读",
  "revision.made": "{name} {at} {what}",
  "revision.before": "前一版",
  "revision.after": "后一版",
  "revision.back": "回到最新版",
  "conflict.both": "两个版本",
  "conflict.theirs": "对方改成",
  "conflict.mine": "您改成",
  "conflict.reading": "正在读取对方的版本…",
} as const;
