// Posts in words and figures. One post never stands in for another: who is beyond what a post requires fills no want of
// another, so whoever is in place is counted post by post, and totals of people are not set against what is required.

import type { Figures, Post } from "../api";
import { field, t } from "../words";
import { count, MISSING } from "../words/figures";

type People = Pick<Figures, "required" | "held" | "short">;

/** How many of the people required are in place; null where nobody knows. */
export const inPlace = ({ required, short }: People): number | null =>
  required === null || short === null ? null : required - short;

/** People in place of those required, such as 7/9; short of them by what is between the two. */
export const staffed = (figures: People): string =>
  figures.required === null ? MISSING : `${count(inPlace(figures))}/${count(figures.required)}`;

/** What the posts of a grid come to: how many are in place and which are short, which have more, which nothing requires. */
export function staffingSentences(posts: readonly Post[]): string[] {
  const required = total(posts, (post) => post.required ?? 0);
  if (posts.some((post) => post.held === null)) return [t("staff.unknown", { required })];
  const short = total(posts, (post) => post.short ?? 0);
  const filled = required - short;
  const beyond = (post: Post) => (post.required ? Math.max(0, (post.held ?? 0) - post.required) : 0);
  const unasked = (post: Post) => (post.required ? 0 : (post.held ?? 0));
  return [
    short
      ? t("staff.short", { required, filled, count: short, posts: named(posts, (post) => post.short ?? 0) })
      : t("staff.full", { required }),
    ...told("staff.beyond", posts, beyond),
    ...told("staff.unasked", posts, unasked),
  ];
}

const total = (posts: readonly Post[], people: (post: Post) => number): number =>
  posts.reduce((sum, post) => sum + people(post), 0);

const named = (posts: readonly Post[], people: (post: Post) => number): string =>
  posts
    .filter(people)
    .map((post) => `${field("post", post.post)} ${people(post)}`)
    .join(t("list.separator"));

function told(key: "staff.beyond" | "staff.unasked", posts: readonly Post[], people: (post: Post) => number): string[] {
  const found = total(posts, people);
  return found ? [t(key, { count: found, posts: named(posts, people) })] : [];
}

/** What a post lacks, or has beyond what is required. */
export function balance({ required, held, short }: Post): string {
  if (required === null || held === null) return MISSING;
  if (short) return t("staff.lacks", { count: short });
  if (!required) return t("staff.not_asked");
  return held > required ? t("staff.more", { count: held - required }) : t("staff.filled");
}
