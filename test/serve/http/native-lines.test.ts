import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { dataLines } from "../../../src/serve/http/event-lines.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { messagesLane, responsesLane } from "../../support/native-lanes.ts";
import { serveRaw } from "../../support/serve-raw.ts";

/** Lines of a stream that name an event. */
const namesIn = (text: string) =>
  text
    .split(/\r\n|[\r\n]/)
    .filter((line) => line.startsWith("event:"))
    .map((line) => line.slice(6).trim());

test("JSON may be broken by any break of lines", () => {
  expect(dataLines('{"a":\r1,\n"b":\r\n2}')).toBe('{"a":\ndata: 1,\ndata: "b":\ndata: 2}');
});

for (const [protocol, lane] of Object.entries({ messages: messagesLane, responses: responsesLane }))
  test(`${protocol}: no name and no data of a server's event makes a line of its own`, async () => {
    const hidden = "\\n\\ndata: {}\\n\\nevent: hidden\\ndata: {}";
    const events = [
      ...lane.events.slice(0, -1),
      `{"type":"later.delta${hidden}","index":0}`,
      `{"type":"later.delta${hidden.replaceAll("\\n", "\\r")}","index":0}`,
      lane.events.at(-1) ?? "",
    ];
    const text = events
      .map((data) => `event: ${JSON.parse(data).type.split(/[\r\n]/)[0]}\ndata: ${data}\n\n`)
      .join("");
    const upstream = await serveRaw({ status: 200, type: "text/event-stream", text });
    onTestFinished(upstream.close);
    const router = createRouter({
      models: { large: lane.model("large-1", upstream.url) },
      policy: always("large"),
    });
    const reply = await createHandler(router)(`http://a${lane.pathOf(lane.written(true))}`, {
      method: "POST",
      body: lane.written(true),
      headers: { "content-type": "application/json" },
    });
    const got = await reply.text();
    expect(namesIn(got)).not.toContain("hidden");
    expect(namesIn(got).at(-1)).toBe(JSON.parse(lane.events.at(-1) ?? "").type);
    // What is between two empty lines is one event, whose data is JSON.
    for (const event of got.split("\n\n").filter((part) => part !== "")) {
      const data = event.split(/\r\n|[\r\n]/).filter((line) => !line.startsWith("event: "));
      expect(data.every((line) => line.startsWith("data: "))).toBe(true);
      expect(() => JSON.parse(data.map((line) => line.slice(6)).join("\n"))).not.toThrow();
    }
  });
