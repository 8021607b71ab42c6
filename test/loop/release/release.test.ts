import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { only } from "../../../policies/constraints/index.ts";
import { threshold } from "../../../policies/index.ts";
import type { Policy } from "../../../src/contracts/index.ts";
import { createRouter, InvalidOptionError, isRouterError } from "../../../src/index.ts";
import {
  createRelease,
  diffReleases,
  parseRelease,
  type Release,
  readRelease,
  verifyRelease,
} from "../../../src/loop/index.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const secret = "sk-canary-0123456789";
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };

function make(at = 0.7, labels = { region: "eu" }) {
  return createRouter({
    models: {
      small: openai("gpt-5-mini", {
        apiKey: secret,
        headers: { authorization: secret },
        baseUrl: `https://user:${secret}@example.com/v1?key=${secret}`,
        defaults: { temperature: 0, extraBody: { token: secret } },
        labels,
        price,
      }),
      large: fakeModel({ model: "l", price, contextWindow: 8_000 }),
    },
    policy: threshold({ small: "small", large: "large", at }),
    constraints: [only("small", "large")],
  });
}
const createdAt = "2026-12-01T00:00:00Z";
const prompt = { id: "support", version: "7", hash: "abc" };

describe("a release", () => {
  it("names all that decides, with one hash that depends on nothing else", () => {
    const release = createRelease(make(), {
      createdAt,
      prompts: { small: prompt },
      servedModels: { large: ["b", "a"] },
    });
    expect(release).toMatchObject({
      formatVersion: 1,
      createdAt,
      policy: { name: "threshold", parameters: { at: 0.7 } },
      classifier: { name: "complexity" },
      models: {
        small: { position: 0, labels: { region: "eu" }, prompt, defaults: { temperature: 0 } },
        large: { position: 1, contextWindow: 8_000, served: ["a", "b"], price },
      },
      constraints: ["only"],
    });
    expect(release.hash).toMatch(/^[0-9a-f]{64}$/);
    const later = createRelease(make(), {
      createdAt: "2027-01-01T00:00:00Z",
      prompts: { small: prompt },
      servedModels: { large: ["a", "b"] },
    });
    expect(later.hash).toBe(release.hash);
    expect(createRelease(make(0.6)).hash).not.toBe(createRelease(make()).hash);
    expect(createRelease(make(0.7, { region: "us" })).hash).not.toBe(createRelease(make()).hash);
  });

  it("is what decisions carry: its first 12 digits", async () => {
    const release = createRelease(make());
    for (const given of [release, release.hash]) {
      const router = createRouter({ models: make().models, policy: make().policy, release: given });
      expect(router.release).toBe(release.hash.slice(0, 12));
      expect((await router.decide("hello")).release).toBe(release.hash.slice(0, 12));
    }
    expect((await make().decide("hello")).release).toBeUndefined();
    expect(() => createRouter({ models: make().models, policy: make().policy, release: "v1" })).toThrow(
      "release must be a release, or its hash: 12 to 64 hex digits",
    );
  });

  it("holds no secret and no address, in no form", () => {
    const text = JSON.stringify(createRelease(make(), { prompts: { small: prompt } }));
    expect(text).not.toContain("canary");
    expect(text).not.toContain("example.com");
    expect(text).not.toContain("authorization");
  });

  it("says whether a deployment is it, what differs, and what could not be compared", () => {
    const release = createRelease(make(), { prompts: { small: prompt }, servedModels: { large: "l-1" } });
    expect(verifyRelease(make(), release)).toEqual({
      same: true,
      differences: [],
      unchecked: ["models.large.served", "models.small.prompt"],
    });
    const other = verifyRelease(make(0.6), release, {
      prompts: { small: { ...prompt, version: "8" } },
      servedModels: { large: "l-2" },
    });
    expect(other.same).toBe(false);
    expect(other.unchecked).toEqual([]);
    expect(other.differences.map(({ path }) => path)).toEqual([
      "models.large.served[0]",
      "models.small.prompt.version",
      "policy.hash",
      "policy.parameters.at",
    ]);
    // Less than the release states is a difference, where the deployment does say it.
    const bare = createRouter({ models: make().models, policy: make().policy });
    expect(verifyRelease(bare, release).differences).toContainEqual({
      path: "constraints[0]",
      release: "only",
      deployment: undefined,
    });
  });

  it("is compared with another one place by place, ids of any name included", () => {
    const models = { ["__proto__"]: fakeModel({ model: "p" }), "a b": fakeModel({ model: "q" }) };
    const named = (id: string) => ({ ...threshold({ small: "a b", large: "__proto__", at: 0.5 }), name: id });
    const [a, b] = ["x", "y"].map((id) =>
      createRelease(createRouter({ models, policy: named(id) as Policy })),
    ) as [Release, Release];
    expect(Object.keys(a.models).sort()).toEqual(["__proto__", "a b"]);
    expect(diffReleases(a, b).map(({ path }) => path)).toEqual(["policy.hash", "policy.name"]);
    expect(diffReleases(a, a)).toEqual([]);
    const read = parseRelease(JSON.stringify(a), "x.json");
    expect(Object.keys(read.models).sort()).toEqual(["__proto__", "a b"]);
    const prices = createRelease(
      createRouter({
        models: { ...models, "a b": fakeModel({ model: "q", price }) },
        policy: named("x") as Policy,
      }),
    );
    expect(diffReleases(a, prices).map(({ path }) => path)).toEqual(['models["a b"].price']);
  });

  it("carries a certificate only of its own policy", () => {
    const names = { small: "openai:gpt-5-mini", large: "fake:l" };
    const { classifier } = make();
    const tuning = {
      version: "t1",
      expiresAt: "2027-01-01T00:00:00Z",
      policy: { name: "threshold", parameters: { ...names, at: 0.7, otherwise: names.large } },
      models: [names.small, names.large],
      classifier,
      certificate: { maxLoss: 0.02 },
    };
    expect(createRelease(make(), { tuning }).certificate).toEqual({
      tuning: "t1",
      expiresAt: "2027-01-01T00:00:00Z",
      statement: { maxLoss: 0.02 },
    });
    expect(() => createRelease(make(0.6), { tuning })).toThrow(
      /one that certifies this router: .* at differs/,
    );
  });

  it.each<[string, object, string]>([
    ["a date that is not one", { createdAt: "soon" }, "createRelease.createdAt"],
    ["a prompt of an absent model", { prompts: { medium: prompt } }, "createRelease.prompts.medium"],
  ])("is not made with %s", (_, options, message) => {
    expect(() => createRelease(make(), options)).toThrow(InvalidOptionError);
    expect(() => createRelease(make(), options)).toThrow(message);
  });
});

describe("a file that is no release", () => {
  const good = createRelease(make(), { createdAt });
  const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const cases: readonly (readonly [string, string, string])[] = [
    ["empty", "", "file is not JSON"],
    ["cut off", JSON.stringify(good).slice(0, -5), "file is not JSON"],
    ["a list", "[]", "file must be an object"],
    ["of nothing", "{}", "formatVersion is missing"],
    ["of another version", JSON.stringify({ ...good, formatVersion: 2 }), "formatVersion is not 1"],
    ["edited", JSON.stringify({ ...good, constraints: [] }), "hash is not the hash of the rest"],
    ["with a field more", JSON.stringify({ ...good, extra: 1 }), "hash is not the hash of the rest"],
    [
      "with a __proto__",
      JSON.stringify(good).replace("{", '{"__proto__":{"hash":"x"},'),
      "hash is not the hash",
    ],
    ["with a short hash", JSON.stringify({ ...good, hash: "ab" }), "hash must be 64 hex digits"],
    [
      "with a date that is not one",
      JSON.stringify({ ...good, createdAt: "soon" }),
      "createdAt must be a date",
    ],
    ["without a policy", JSON.stringify({ ...good, policy: null }), "policy must be an object"],
    ["without models", JSON.stringify({ ...good, models: {} }), "models must be 1 to 10000 models"],
    [
      "with a model that is not one",
      JSON.stringify({ ...good, models: { a: 1 } }),
      "models.a must be an object",
    ],
    [
      "with a window that is not one",
      JSON.stringify({ ...good, models: { a: { ...good.models["large"], contextWindow: -1 } } }),
      "models.a.contextWindow must be",
    ],
    [
      "with constraints that are not models",
      JSON.stringify({ ...good, constraints: [1] }),
      "constraints[0] must be a text",
    ],
    ["nested without end", nested(100_000), "file is nested more than 100 deep"],
    [
      "nested within",
      JSON.stringify(good).replace('"at":0.7', `"at":${nested(200)}`),
      "file is nested more than 100 deep",
    ],
    [
      "of too many values",
      JSON.stringify(Array.from({ length: 200_001 }, () => 0)),
      "file has more than 200000 values",
    ],
    ["too long", " ".repeat(5_000_001), "file has more than 5000000 characters"],
  ];
  it.each(cases)("%s", (_, text, message) => {
    let error: unknown;
    try {
      parseRelease(text, "release.json");
    } catch (thrown) {
      error = thrown;
    }
    if (!isRouterError(error, "outcome-format")) throw error;
    expect(error.message).toContain(`release.json: ${message}`);
  });

  it("is named, with what is wrong with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "switchpoint-release-"));
    try {
      const file = join(folder, "r.json");
      writeFileSync(file, JSON.stringify(good));
      expect(await readRelease(file)).toEqual(good);
      await expect(readRelease(join(folder, "none.json"))).rejects.toThrow("none.json: file does not exist");
      await expect(readRelease(folder)).rejects.toThrow("file is not a file");
      writeFileSync(file, " ".repeat(5_000_001));
      await expect(readRelease(file)).rejects.toThrow(
        "file has 5000001 bytes, more than the 5000000 allowed",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
