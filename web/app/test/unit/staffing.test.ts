import { describe, expect, it } from "vitest";
import type { Post } from "../../src/api";
import { balance, staffed, staffingSentences } from "../../src/panels/staffing";

const post = (name: string, required: number, held: number | null): Post => ({
  post: name,
  required,
  held,
  short: held === null ? null : Math.max(0, required - held),
  arithmetic: null,
});

describe("posts", () => {
  it("of which one has more than required leave another as short as it is, and say which", () => {
    const posts = [post("grid_head", 1, 1), post("grid_worker", 4, 2), post("cleaner", 1, 2), post("volunteer", 0, 3)];
    expect(staffingSentences(posts)).toEqual([
      "应配 6 人，到位 4 人，缺 2 人：网格员 2",
      "超出标准 1 人：保洁员 1（不能顶别的岗位）",
      "另有不作要求的岗位 3 人：志愿者 3",
    ]);
    expect(posts.map(balance)).toEqual(["齐", "缺 2", "多 1", "不要求"]);
  });

  it("that are all filled say so alone, and without a roster nobody says how many are there", () => {
    expect(staffingSentences([post("grid_head", 1, 1)])).toEqual(["应配 1 人，全部到位"]);
    expect(staffingSentences([post("grid_head", 1, null)])).toEqual(["应配 1 人；没有岗位表，不知到位多少"]);
    expect(balance(post("grid_head", 1, null))).toBe("—");
  });

  it("of a grid are those in place of those required, so that what is between them is what is short", () => {
    expect(staffed({ required: 9, held: 9, short: 2 })).toBe("7/9");
    expect(staffed({ required: 9, held: null, short: null })).toBe("—/9");
    expect(staffed({ required: null, held: null, short: null })).toBe("—");
  });
});
