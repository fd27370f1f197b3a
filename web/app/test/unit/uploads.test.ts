import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refusal } from "../../src/api";
import { type Found, lookInto, putFile, type Upload } from "../../src/api/uploads";
import { bring, failure, said, say, sending, upload } from "../../src/state/uploads";

vi.mock("../../src/api/uploads");

const begun: Upload = {
  id: "0123456789abcdef01234567",
  begun_at: 0,
  files: [],
  found: null,
  unreadable: [],
  mapped: false,
  built: null,
  job: null,
};
const file = (name: string): File => new File(["x"], name);

beforeEach(() => {
  vi.resetAllMocks();
  upload.value = begun;
  failure.value = "";
});

describe("files that are brought", () => {
  it("say why one of them was refused, after the others were looked into", async () => {
    const taken = { ...begun, files: [{ name: "a.csv", bytes: 1 }] };
    vi.mocked(putFile).mockImplementation((_, { name }) =>
      name === "a.csv"
        ? Promise.resolve(taken)
        : Promise.reject(
            new Refusal({ status: 422, code: "bad_input", title: "", detail: "b.exe: is not read", grids: [] }),
          ),
    );
    vi.mocked(lookInto).mockResolvedValue({ ...taken, found: [] });
    await bring([file("a.csv"), file("b.exe")]);
    expect(upload.value?.found).toEqual([]);
    expect([failure.value, sending.value]).toEqual(["b.exe: is not read", ""]);
  });

  it("leave what was said of the others", async () => {
    const layer = (name: string, guess: string | null): Found => ({
      file: name,
      layer: null,
      shape: "polygon",
      count: 1,
      columns: [{ name: "dm", type: "text", samples: [] }],
      crs: null,
      encoding: null,
      extent: null,
      may_be: ["community", "compound"],
      guess,
      guessed: { community: {}, compound: {} },
      outlined: false,
    });
    const files = [{ name: "a.shp", bytes: 1 }];
    vi.mocked(putFile).mockResolvedValue({ ...begun, files });
    vi.mocked(lookInto).mockResolvedValueOnce({ ...begun, files, found: [layer("a.shp", "compound")] });
    await bring([file("a.shp")]);
    say(0, { layer: "community" });
    say(0, { fields: { code: "dm" } });
    vi.mocked(lookInto).mockResolvedValue({
      ...begun,
      found: [layer("a.shp", "compound"), layer("b.shp", "compound")],
    });
    await bring([file("b.shp")]);
    expect(said.value).toEqual([
      { layer: "community", fields: { code: "dm" } },
      { layer: "compound", fields: {} },
    ]);
  });
});
