import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundary, safetyFloor } from "../../policies/constraints/index.ts";
import { always, firstOf } from "../../policies/index.ts";
import { createRouter, type RouteRequest } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";

// A detector as an application writes it: it reads `ask` and knows nothing of hiding places.
const detect = ({ ask }: { readonly ask: string }) => /diagnosis/i.test(ask);
const models = () => ({
  cloud: fakeModel({ model: "cloud", capabilities: { images: true, tools: true, jsonSchema: true } }),
  local: fakeModel({
    model: "local",
    labels: { boundary: "on-prem" },
    capabilities: { images: true, tools: true, jsonSchema: true },
  }),
});
const byBoundary = createRouter({
  models: models(),
  policy: firstOf(always("cloud"), always("local")),
  constraints: [
    boundary({ label: "boundary", required: (request) => (detect(request) ? "on-prem" : undefined) }),
  ],
});
const byFloor = createRouter({
  models: models(),
  policy: firstOf(always("cloud"), always("local")),
  constraints: [safetyFloor({ when: detect, forbid: ["cloud"] })],
});

async function chosen(request: unknown): Promise<readonly string[]> {
  const decisions = await Promise.all(
    [byBoundary, byFloor].map((router) => router.decide(request as RouteRequest<"cloud" | "local">)),
  );
  return decisions.map(({ model }) => model);
}

const user = (content: unknown) => ({ role: "user", content });
const said = (...messages: readonly unknown[]) => ({ messages });
const ask = user("Tell me a story about a fox.");
const word = "diagnosis";
const tools = ["Bash", "Read", "Edit"].map((name) => ({ type: "function", function: { name } }));
const reminder = `<system-reminder>The ${word} is flu.</system-reminder>`;
const filler = "All is well with the fox and the forest. ".repeat(25_000);
const text = (given: string) => ({ type: "text", text: given });
const calls = (name: string, args: string) => ({
  role: "assistant",
  tool_calls: [{ id: "1", type: "function", function: { name, arguments: args } }],
});
const base64 = Buffer.from(`The ${word}.`).toString("base64");
const full = [...word].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join("");

const hidingPlaces: Readonly<Record<string, unknown>> = {
  "a typed reminder in a string": `${reminder} Tell me a story.`,
  "a typed reminder only": said(ask, user(reminder)),
  "a reminder in a part of its own": said(user([text(reminder), text("Tell me a story.")])),
  "a reminder in a coding agent's request": {
    ...said({ role: "system", content: "You are Claude Code." }, user([text(reminder), text("Go.")])),
    tools,
  },
  "a coding agent's other elements": {
    ...said(
      { role: "system", content: "You are Cline." },
      user(`Go. <environment_details>${word}</environment_details>`),
    ),
  },
  "a reminder in an earlier turn": said(user(reminder), { role: "assistant", content: "Yes." }, ask),
  "the middle of two megabytes": `${filler}${word} ${filler}`,
  "the middle of an ask of 9,000 characters": `${filler.slice(0, 4_500)}${word} ${filler.slice(0, 4_500)}`,
  "the middle of an earlier turn": said(
    user(`${filler.slice(0, 900)}${word} ${filler.slice(0, 900)}`),
    { role: "assistant", content: "Yes." },
    ask,
  ),
  "a turn before the window": said(
    user(word),
    ...Array.from({ length: 40 }, () => user(filler.slice(0, 300))),
    ask,
  ),
  "a system prompt": said({ role: "system", content: `Remember the ${word}.` }, ask),
  "a developer prompt in parts": said({ role: "developer", content: [text(word)] }, ask),
  "a tool's output": said(ask, calls("read", "{}"), { role: "tool", tool_call_id: "1", content: word }),
  "an old function's output": said(ask, { role: "function", name: "read", content: word }),
  "the arguments of a call": said(ask, calls("read", `{"of":"${word}"}`), {
    role: "tool",
    tool_call_id: "1",
    content: "x",
  }),
  "escaped letters in the arguments of a call": said(ask, calls("read", '{"of":"\\u0064iagnosis"}'), {
    role: "tool",
    tool_call_id: "1",
    content: "x",
  }),
  "the name of a call": said(ask, calls(word, "{}"), { role: "tool", tool_call_id: "1", content: "x" }),
  "the input of a custom call": said(ask, {
    role: "assistant",
    tool_calls: [{ id: "1", type: "custom", custom: { name: "x", input: word } }],
  }),
  "an old function call": said({ role: "assistant", function_call: { name: "x", arguments: word } }, ask),
  "the name of a participant": said({ ...ask, name: word }),
  "a refusal": said({ role: "assistant", content: null, refusal: word }, ask),
  "a refusal part": said({ role: "assistant", content: [{ type: "refusal", refusal: word }] }, ask),
  "reasoning of an earlier turn": said({ role: "assistant", content: "Yes.", reasoning_content: word }, ask),
  "an unknown part": said(user([text("Go on."), { type: "note", text: word }])),
  "a nested unknown part": said(user([text("Go on."), { type: "record", source: { body: [{ of: word }] } }])),
  "the type of an unknown part": said(user([text("Go on."), { type: word }])),
  "the alternative text of an image": said(
    user([text("Go on."), { type: "image_url", image_url: { url: "https://x.org/a.png", alt: word } }]),
  ),
  "the address of an image": said(
    user([text("Go on."), { type: "image_url", image_url: { url: `https://x.org/${word}.png` } }]),
  ),
  "the name of a file": said(
    user([text("Go on."), { type: "file", file: { file_id: "1", filename: word } }]),
  ),
  "a text file in base64": said(
    user([text("Go on."), { type: "file", file: { file_data: `data:text/plain;base64,${base64}` } }]),
  ),
  "an SVG image": said(
    user([text("Go on."), { type: "image_url", image_url: { url: `data:image/svg+xml,%64iagnosis` } }]),
  ),
  "two parts that are read as one": said(user([text("Its diag"), text("nosis is flu.")])),
  "the description of a tool": {
    ...said(ask),
    tools: [{ type: "function", function: { name: "x", description: word } }],
  },
  "a property of a tool": {
    ...said(ask),
    tools: [
      {
        type: "function",
        function: { name: "x", parameters: { type: "object", properties: { [word]: {} } } },
      },
    ],
  },
  "an answer's schema": {
    ...said(ask),
    response_format: {
      type: "json_schema",
      json_schema: { name: "x", schema: { properties: { [word]: {} } } },
    },
  },
  metadata: { ...said(ask), metadata: { [word]: "flu" } },
  "a prediction": { ...said(ask), prediction: { type: "content", content: word } },
  "an unknown field": { ...said(ask), context: { notes: [word] } },
  "soft hyphens": "The diag\u00adno\u00adsis is flu.",
  "zero-width spaces": "The d\u200bi\u200ba\u200bgnosis is flu.",
  "a word joiner and a mark of direction": "The dia\u2060gno\u202esis is flu.",
  "a variation selector": "The d\ufe0fiagnosis is flu.",
  "a tag character": "The dia\u{e0041}gnosis is flu.",
  "a control character": "The dia\u0007gnosis is flu.",
  "a Hangul filler": "The dia\u3164gnosis is flu.",
  "full-width letters": `The ${full} is flu.`,
  "mathematical letters": `The ${[...word].map((letter) => String.fromCodePoint(0x1d41a + letter.charCodeAt(0) - 97)).join("")}.`,
  "letters in squares": `The ${[...word].map((letter) => String.fromCodePoint(0x1f170 + letter.charCodeAt(0) - 97)).join("")}.`,
  "Cyrillic look-alikes": "The diаgnоѕis is flu.",
  "Greek look-alikes": "The diαgnοsis is flu.",
  "small capitals": "The ᴅɪᴀɢɴᴏsɪs is flu.",
  "composed accents": "The díàgnôsis is flu.",
  "combining accents": "The di\u0301a\u0300gnosis is flu.",
  "letters under many marks": `The d${"\u0301\u0323".repeat(500)}iagnosis.`,
};

describe("a detector sees a word wherever it is hidden", () => {
  for (const [place, request] of Object.entries(hidingPlaces)) {
    it(place, async () => {
      expect(await chosen(request)).toEqual(["local", "local"]);
    });
  }

  it("and lets a request without the word pass", async () => {
    const innocent = {
      ...said({ role: "system", content: "Be kind. 你好, Ωμέγα, привет." }, ask, calls("read", "{}"), {
        role: "tool",
        tool_call_id: "1",
        content: filler,
      }),
      tools,
    };
    expect(await chosen(innocent)).toEqual(["cloud", "cloud"]);
    expect(await chosen("Tell me a story.")).toEqual(["cloud", "cloud"]);
  });

  it("at a random place of a random request", async () => {
    const junk = fc.oneof(fc.string(), fc.constant("<system-reminder>"), fc.constant("</system-reminder>"));
    const hidden = fc.tuple(junk, junk).map(([before, after]) => `${before} ${word} ${after}`);
    const part = fc.oneof(
      junk.map(text),
      junk.map((given) => ({ type: given === "text" ? "x" : given, of: { deep: given } })),
    );
    const requests = fc
      .tuple(
        fc.array(fc.oneof(junk.map(user), fc.array(part).map(user)), { maxLength: 5 }),
        fc.oneof(
          hidden.map(user),
          hidden.map((given) => user([text(given)])),
          hidden.map((given) => ({ role: "system", content: given })),
          hidden.map((given) => user([{ type: "odd", of: [given] }])),
        ),
        fc.array(junk.map(user), { maxLength: 5 }),
      )
      .map(([before, one, after]) => said(...before, one, ...after, ask));
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        expect(await chosen(request)).toEqual(["local", "local"]);
      }),
      { numRuns: runs(60, 5_000) },
    );
  });
});

describe("text that cannot be read", () => {
  it("is not permitted anywhere that needs a detector", async () => {
    let deep: unknown = word;
    for (let level = 0; level < 5_000; level += 1) deep = { deep };
    await expect(chosen(said(user([text("Go on."), { type: "odd", deep }])))).rejects.toThrow(
      /boundary: it threw an error of type RouterError|boundary: it threw an error of type InvalidRequestError/,
    );
  });

  const doubled = (levels: number) => {
    let wide: unknown = { end: "x" };
    for (let level = 0; level < levels; level += 1) wide = { left: wide, right: wide };
    return said(user([text("Go on."), { type: "odd", wide }]));
  };

  it("is read once where it occurs many times", async () => {
    expect(await chosen(doubled(12))).toEqual(["cloud", "cloud"]);
  });

  it("is refused where it would be sent without end", async () => {
    await expect(chosen(doubled(60))).rejects.toThrow("option maxCharacters");
  });
});
