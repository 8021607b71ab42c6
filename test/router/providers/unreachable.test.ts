import { describe, expect, it } from "vitest";
import { isRouterError } from "../../../src/contracts/index.ts";
import { closedPort } from "../../support/faults/fault-server.ts";
import { type WireName, wires } from "../../support/wires.ts";

const nowhere = await closedPort();
const { signal } = new AbortController();
const request = { messages: [{ role: "user" as const, content: "Hello" }] };

describe.each(Object.keys(wires) as WireName[])("%s", (wire) => {
  it.each([
    ["a closed port", nowhere, "the endpoint cannot be reached (ECONNREFUSED)"],
    ["a name that does not exist", "http://nowhere.invalid:9", /ENOTFOUND|EAI_AGAIN/],
  ] as const)("says why %s cannot be reached", async (_, baseUrl, code) => {
    const model = wires[wire].model("m", baseUrl, {});
    const errors = [
      await model.generate(request, { signal }).catch((error: unknown) => error),
      await (async () => {
        for await (const _chunk of model.stream(request, { signal }));
      })().catch((error: unknown) => error),
    ];
    for (const error of errors) {
      if (!isRouterError(error, "provider")) throw error;
      expect(error.kind).toBe("connection");
      if (typeof code === "string") expect(error.message).toContain(code);
      else expect(error.message).toMatch(code);
    }
  });
});
