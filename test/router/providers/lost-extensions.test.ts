import { expect, test } from "vitest";
import type { ChatRequest } from "../../../src/contracts/index.ts";
import { closedPort } from "../../support/faults/fault-server.ts";
import { type WireName, wires } from "../../support/wires.ts";

const nowhere = await closedPort();
const { signal } = new AbortController();

const held = {
  provider_parts: [{ type: "server_tool_use", id: "s1" }],
  images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }],
  reasoning_content: "I think.",
  thinking_blocks: [{ type: "thinking", thinking: "I think.", signature: "s" }],
  phase: "commentary",
};

/** Returns what a model reports as left out of an earlier answer, which is no parameter. No server is needed: the body is built before it is sent. */
async function droppedOf(wire: WireName, message: object): Promise<string[]> {
  const model = wires[wire].model("m", nowhere, { strictParameters: true });
  const request = {
    messages: [
      { role: "user", content: "Look." },
      { role: "assistant", content: "Rome.", ...message },
      { role: "user", content: "And now?" },
    ],
  } as unknown as ChatRequest;
  const dropped: string[] = [];
  await model
    .generate(request, { signal, onDropped: (name) => dropped.push(name) })
    .catch((error: unknown) => expect(error).toMatchObject({ code: "provider", kind: "connection" }));
  return dropped;
}

test.each(Object.keys(wires) as WireName[])("%s names what another model's answer holds", async (wire) => {
  const dropped = await droppedOf(wire, { ...held, written_by: "other:model" });
  expect(dropped.sort()).toEqual(
    Object.keys(held)
      .map((name) => `messages.${name}`)
      .sort(),
  );
});

test.each(Object.keys(wires) as WireName[])("%s names nothing for a plain answer", async (wire) => {
  expect(await droppedOf(wire, { images: [], reasoning_content: null, phase: "" })).toEqual([]);
});
