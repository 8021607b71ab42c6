import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tuningVersionOf } from "../../evals/tune/tuning-file.ts";
import { threshold } from "../../policies/index.ts";
import type { ReplacementRefused, RouterEvent, Tuning } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { type TuningWatch, watchTuning } from "../../src/loop/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Id = "small" | "large";
const at = (cut: number) => threshold<Id>({ small: "small", large: "large", at: cut });

/** Returns the text of a tuning file with this threshold. */
function tuned(cut: number, more: object = {}): string {
  const rest = {
    formatVersion: 1,
    expiresAt: "2999-01-01T00:00:00Z",
    policy: {
      name: "threshold",
      parameters: { small: "fake:s", large: "fake:l", at: cut, otherwise: "fake:l" },
    },
    models: ["fake:s", "fake:l"],
    classifier: { name: "fixed", version: "1" },
    threshold: cut,
    ...more,
  };
  const version = createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 12);
  expect(tuningVersionOf(rest as never)).toBe(version);
  return JSON.stringify({ ...rest, version });
}

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

let folder: string;
let file: string;
let watch: TuningWatch | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "switchpoint-tuning-"));
  file = join(folder, "tuning.json");
});
afterEach(async () => {
  await watch?.close();
  rmSync(folder, { recursive: true });
});

function watching(policy?: (tuning: Tuning) => ReturnType<typeof at> | undefined) {
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
    policy: at(0.5),
    classifier: { name: "fixed", version: "1", classify: () => ({ complexity: 0.6 }) },
    onEvent: (event) => void events.push(event),
  });
  // An hour: the tests look by hand.
  const made = watchTuning<Id>({
    router,
    file,
    everyMs: 3_600_000,
    policy: policy ?? ((tuning) => at(tuning.policy.parameters?.["at"] as number)),
  });
  watch = made;
  const look = async () => {
    await made.check();
    await made.check();
  };
  const refusals = () =>
    events.flatMap((event) => (event.type === "replacement-refused" ? [event as ReplacementRefused] : []));
  return { router, look, refusals, watch: made };
}

describe("a tuning file that is watched", () => {
  it("decides once it is complete, and again with each new content", async () => {
    writeFileSync(file, tuned(0.7));
    const { router, look, refusals } = watching();
    await look();
    expect(await router.decide("hello")).toMatchObject({ model: "small", certified: true });
    writeFileSync(`${file}.tmp`, tuned(0.3));
    renameSync(`${file}.tmp`, file);
    await look();
    expect(await router.decide("hello")).toMatchObject({ model: "large", certified: true });
    expect(refusals()).toEqual([]);
  });

  it("is not read while it is being written", async () => {
    writeFileSync(file, tuned(0.7));
    const { router, look, refusals, watch: looked } = watching();
    await look();
    const text = tuned(0.3);
    for (const part of [0.3, 0.6, 0.9]) {
      writeFileSync(file, text.slice(0, part * text.length));
      await looked.check();
    }
    writeFileSync(file, text);
    await look();
    expect(refusals()).toEqual([]);
    expect((await router.decide("hello")).model).toBe("large");
  });

  const bad: readonly (readonly [string, () => void, RegExp])[] = [
    ["no JSON", () => writeFileSync(file, "at: 0.3"), /is not JSON/],
    [
      "cut off",
      () => {
        writeFileSync(file, tuned(0.3));
        truncateSync(file, 100);
      },
      /is not JSON: is it complete\?/,
    ],
    ["empty", () => writeFileSync(file, ""), /is not JSON/],
    ["a list", () => writeFileSync(file, "[]"), /is not a tuning file: tuning\.version/],
    ["null", () => writeFileSync(file, "null"), /is not a tuning file/],
    ["nested without end", () => writeFileSync(file, "[".repeat(1_000_000)), /is not JSON/],
    [
      "nested deep, and complete",
      () => writeFileSync(file, tuned(0.3).replace('"threshold":0.3', `"threshold":${nested(20_000)}`)),
      /is nested more than 100 deep/,
    ],
    [
      "nested deep, without a format version",
      () => writeFileSync(file, tuned(0.3).replace('"formatVersion":1', `"more":${nested(20_000)}`)),
      /is nested more than 100 deep/,
    ],
    [
      "a folder",
      () => {
        unlinkSync(file);
        mkdirSync(file);
      },
      /is not a file/,
    ],
    [
      "a link to itself",
      () => {
        unlinkSync(file);
        symlinkSync(file, file);
      },
      /cannot be read \(ELOOP\)/,
    ],
    ["of 100 MB", () => truncateSync(file, 100_000_000), /has 100000000 bytes, more than the 20000000/],
    [
      "edited",
      () => writeFileSync(file, tuned(0.3).replace('"at":0.3', '"at":0.1')),
      /not the hash of the rest/,
    ],
    [
      "of another format",
      () => writeFileSync(file, tuned(0.3, { formatVersion: 2 })),
      /format version that is not 1/,
    ],
    ["removed", () => unlinkSync(file), /does not exist/],
    ["of a policy that is refused", () => writeFileSync(file, tuned(7)), /was not taken: threshold\.at/],
  ];
  it.each(bad)("changes nothing when it is %s, and says so once", async (_, spoil, reason) => {
    writeFileSync(file, tuned(0.7));
    const { router, look, refusals } = watching();
    await look();
    const { policy, tuning } = router;
    spoil();
    await look();
    await look();
    expect(refusals()).toEqual([
      { type: "replacement-refused", source: "file", reason: expect.stringMatching(reason) },
    ]);
    expect(router.policy).toBe(policy);
    expect(router.tuning).toBe(tuning);
    // A good one is taken again, also the one of before.
    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, tuned(0.7));
    await look();
    writeFileSync(file, tuned(0.4));
    await look();
    expect((await router.decide("hello")).model).toBe("large");
    expect(refusals().length).toBe(1);
  });

  it("may leave the policy as it is; a function that throws or is async is refused", async () => {
    writeFileSync(file, tuned(0.5));
    const { router, look } = watching(() => undefined);
    const { policy } = router;
    await look();
    expect(router.policy).toBe(policy);
    expect((await router.decide("hello")).certified).toBe(true);
    await watch?.close();
    for (const broken of [
      () => {
        throw new TypeError("secret");
      },
      async () => at(0.1),
    ]) {
      const one = watching(broken as never);
      await one.look();
      expect(one.refusals().length).toBe(1);
      expect(one.refusals()[0]?.reason).not.toContain("secret");
      await one.watch.close();
    }
  });

  it("is not looked at after close(), of the watch or the router, and costs no events before", async () => {
    const { router, look, watch: looked } = watching();
    writeFileSync(file, tuned(0.7));
    const { policy } = router;
    await looked.close();
    await looked.close();
    await look();
    expect(router.policy).toBe(policy);
    const other = watching();
    await other.router.close();
    await other.look();
    expect(other.router.policy.parameters).toEqual(policy.parameters);
    expect(other.refusals()).toEqual([]);
  });
});
