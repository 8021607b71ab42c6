import { expect, test } from "vitest";
import { ProviderError } from "../../src/contracts/index.ts";
import { type ProviderSetup, providerConformance } from "../../src/testing/index.ts";

/** A provider that can do nothing: every case but those about failing must fail. */
const useless: ProviderSetup = {
  serve: async () => {
    const refuse = async (): Promise<never> => {
      throw new ProviderError({ kind: "unknown", model: "none:none" });
    };
    return {
      requests: [],
      close: async () => {},
      model: {
        name: "none:none",
        provider: "none",
        model: "none",
        labels: {},
        generate: refuse,
        stream: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
      },
    };
  },
};

const passesUnearned = new Set([
  "facts are plain data and contain no key",
  "health detects an unreachable endpoint",
  "a stream that is not read sends nothing",
]);

test("a provider that only fails does not conform", async () => {
  const cases = providerConformance(useless).filter(({ name }) => !name.startsWith("an abort while"));
  const passed: string[] = [];
  for (const { name, run } of cases) {
    await run().then(
      () => passed.push(name),
      () => {},
    );
  }
  expect(new Set(passed)).toEqual(passesUnearned);
});

test("a case that needs a feature the provider lacks is skipped with the reason", async () => {
  const reason = "this provider cannot see";
  const cases = providerConformance({ ...useless, without: { images: reason } });
  const skipped = cases.filter(({ skip }) => skip !== undefined);
  expect(skipped.map(({ name, skip }) => [name, skip])).toEqual([
    ["an image in a data URL reaches the endpoint", reason],
  ]);
  await expect(skipped[0]?.run()).resolves.toBeUndefined();
});

test("the names of cases are unique", () => {
  const names = providerConformance(useless).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
