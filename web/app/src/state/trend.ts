// How a plan's gaps went over its revisions.

import { readTrendOf, type TrendStep } from "../api";
import { resource } from "./loading";

/** The trend of a plan up to a revision. */
export const trend = resource<TrendStep[], { name: string; revision: number }>(({ name, revision }, aborted) =>
  readTrendOf(name, revision, aborted),
);
