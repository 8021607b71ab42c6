/** Bodies of requests that together have each field of an interface, and fields of servers that speak it. */
export type Bodies = Readonly<Record<string, object>>;

const schema = {
  type: "object",
  title: "Shape",
  description: "What it is.",
  properties: { city: { type: "string", description: "Where.", enum: ["Rome"], default: "Rome" } },
  required: ["city"],
};
const pixel = "iVBORw0KGgo=";
const user = { role: "user", content: "Hello there." };
const call = { id: "call_1", type: "function", function: { name: "look", arguments: '{"city":"Rome"}' } };
const result = { role: "tool", tool_call_id: "call_1", content: "Sunny." };
const look = { name: "look", description: "Looks.", parameters: schema };
const base = { messages: [user] };

export const chatBodies: Bodies = {
  texts: {
    messages: [
      { role: "system", content: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } }] },
      { role: "developer", content: "Be brief.", name: "dev" },
      { ...user, name: "ann" },
      { role: "assistant", content: [{ type: "text", text: "Yes." }], refusal: "No.", name: "bot" },
      {
        role: "user",
        content: [
          { type: "text", text: "Go on." },
          { type: "text", text: "Please." },
        ],
      },
    ],
    user: "u1",
    stop: ["END"],
    metadata: { team: "blue" },
    safety_identifier: "s1",
    prompt_cache_key: "k1",
    service_tier: "default",
    verbosity: "low",
    reasoning_effort: "low",
    logit_bias: { 50: 1 },
    temperature: 0.5,
  },
  calls: {
    messages: [user, { role: "assistant", content: null, tool_calls: [call] }, result, user],
    tools: [{ type: "function", function: look }],
    tool_choice: { type: "function", function: { name: "look" } },
  },
  "custom calls": {
    messages: [
      user,
      {
        role: "assistant",
        content: "On it.",
        tool_calls: [{ id: "call_1", type: "custom", custom: { name: "sql", input: "select 1" } }],
      },
      { ...result, content: [{ type: "text", text: "1" }] },
    ],
    tools: [
      {
        type: "custom",
        custom: {
          name: "sql",
          description: "Asks.",
          format: { type: "grammar", grammar: { syntax: "lark", definition: "start: /x/" } },
        },
      },
    ],
  },
  reasoning: {
    messages: [
      user,
      {
        role: "assistant",
        content: "Yes.",
        reasoning_content: "Hm.",
        reasoning: "Hm again.",
        reasoning_details: [{ type: "reasoning.text", text: "And again." }],
        annotations: [
          {
            type: "url_citation",
            url_citation: { title: "T", url: "https://a.org", start_index: 0, end_index: 1 },
          },
        ],
      },
      user,
    ],
  },
  "old functions": {
    messages: [
      user,
      { role: "assistant", content: null, function_call: { name: "look", arguments: "{}" } },
      { role: "function", name: "look", content: "Sunny." },
    ],
    functions: [look],
    function_call: { name: "look" },
  },
  schema: {
    ...base,
    response_format: {
      type: "json_schema",
      json_schema: { name: "shape", description: "A shape.", strict: true, schema },
    },
    prediction: { type: "content", content: [{ type: "text", text: "Rome." }] },
  },
  media: {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          { type: "image_url", image_url: { url: "https://a.org/a.png", detail: "low" } },
          { type: "file", file: { file_id: "file-1", filename: "a.pdf" } },
        ],
      },
    ],
  },
  "further parts": {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "See." },
          { type: "note", note: { by: "me" } },
        ],
      },
    ],
  },
  "fields of servers": {
    ...base,
    documents: [{ title: "Log", text: "Day 1." }],
    chat_template_kwargs: { persona: "pirate", enable_thinking: false },
    chat_template: "{{ messages }}",
    guided_regex: "[a-z]+",
    guided_json: schema,
    structured_outputs: { choice: ["yes", "no"] },
    cache_salt: "salt",
    system_prompt: "Be kind.",
    search_parameters: { sources: [{ type: "web", country: "CH" }] },
  },
};

const pdf = { type: "base64", media_type: "application/pdf", data: "JVBERi0x" };
const turn = (...content: object[]) => ({
  max_tokens: 9,
  messages: [{ role: "user", content: [{ type: "text", text: "Hello." }, ...content] }],
});
export const messagesBodies: Bodies = {
  texts: {
    max_tokens: 9,
    system: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral", ttl: "5m" } }],
    messages: [user, { role: "assistant", content: [{ type: "text", text: "Yes." }] }, user],
    metadata: { user_id: "u1" },
    stop_sequences: ["END"],
    context_management: { edits: [{ type: "clear_tool_uses_20250919", instructions: "Keep dates." }] },
    output_config: { effort: "low", format: { type: "json_schema", schema } },
  },
  calls: {
    max_tokens: 9,
    messages: [
      user,
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "look", input: { city: "Rome" } }] },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "Sunny." }] },
          { type: "text", text: "Go on." },
        ],
      },
    ],
    tools: [
      {
        name: "look",
        description: "Looks.",
        input_schema: schema,
        input_examples: [{ city: "Rome" }],
        cache_control: { type: "ephemeral" },
      },
    ],
    tool_choice: { type: "tool", name: "look" },
  },
  documents: turn(
    { type: "document", source: pdf, title: "Log", context: "Of the ship.", citations: { enabled: true } },
    { type: "document", source: { type: "text", media_type: "text/plain", data: "Day 1." }, title: "Log" },
    { type: "search_result", title: "Tides", source: "notes/7", content: [{ type: "text", text: "Noon." }] },
    { type: "image", source: { type: "base64", media_type: "image/png", data: pixel } },
  ),
  "kept files": turn({ type: "document", source: { type: "file", file_id: "file_01" }, title: "Log" }),
  citations: turn({
    type: "text",
    text: "Noon.",
    citations: [{ type: "char_location", cited_text: "noon", document_title: "Log", document_index: 0 }],
  }),
  searches: {
    max_tokens: 9,
    messages: [
      user,
      {
        role: "assistant",
        content: [
          { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "tides" } },
          {
            type: "web_search_tool_result",
            tool_use_id: "s1",
            content: [
              { type: "web_search_result", title: "T", url: "https://a.org", encrypted_content: "abc" },
            ],
          },
          { type: "text", text: "Noon." },
        ],
      },
      user,
    ],
    tools: [{ type: "web_search_20250305", name: "web_search", allowed_domains: ["a.org"] }],
    mcp_servers: [{ type: "url", url: "https://mcp.example", name: "notes", authorization_token: "t" }],
  },
};

const ask = { role: "user", content: [{ type: "input_text", text: "Hello." }] };
export const responsesBodies: Bodies = {
  texts: {
    instructions: "Be kind.",
    input: [
      { role: "developer", content: "Be brief." },
      ask,
      {
        type: "message",
        id: "msg_1",
        role: "assistant",
        status: "completed",
        content: [
          {
            type: "output_text",
            text: "Yes.",
            annotations: [
              { type: "url_citation", title: "T", url: "https://a.org", start_index: 0, end_index: 1 },
            ],
          },
        ],
      },
      ask,
    ],
    metadata: { team: "blue" },
    user: "u1",
    prompt_cache_key: "k1",
    text: {
      verbosity: "low",
      format: { type: "json_schema", name: "shape", description: "A shape.", schema },
    },
    reasoning: { effort: "low", summary: "auto" },
  },
  calls: {
    input: [
      ask,
      { type: "function_call", id: "fc_1", call_id: "c1", name: "look", arguments: '{"city":"Rome"}' },
      { type: "function_call_output", call_id: "c1", output: "Sunny." },
      { type: "custom_tool_call", id: "ct_1", call_id: "c2", name: "sql", input: "select 1" },
      { type: "custom_tool_call_output", call_id: "c2", output: [{ type: "input_text", text: "1" }] },
      ask,
    ],
    tools: [
      { type: "function", ...look, strict: false },
      {
        type: "custom",
        name: "sql",
        description: "Asks.",
        format: { type: "grammar", syntax: "lark", definition: "x" },
      },
    ],
    tool_choice: { type: "function", name: "look" },
  },
  media: {
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: "What is it?" },
          { type: "input_image", image_url: "https://a.org/a.png", detail: "low" },
          { type: "input_file", file_id: "file-1" },
        ],
      },
    ],
  },
  searches: {
    input: [
      ask,
      {
        type: "web_search_call",
        id: "ws_1",
        status: "completed",
        action: { type: "search", query: "tides" },
      },
      ask,
    ],
    tools: [
      {
        type: "web_search",
        filters: { allowed_domains: ["a.org"] },
        user_location: { type: "approximate", city: "Rome" },
      },
    ],
  },
};

const parts = (...more: object[]) => ({ role: "user", parts: [{ text: "Hello." }, ...more] });
export const generateBodies: Bodies = {
  texts: {
    systemInstruction: { parts: [{ text: "Be kind." }] },
    contents: [parts(), { role: "model", parts: [{ text: "Yes." }] }, parts()],
    generationConfig: {
      stopSequences: ["END"],
      responseMimeType: "application/json",
      responseSchema: { type: "OBJECT", description: "A shape.", properties: { city: { type: "STRING" } } },
    },
    labels: { team: "blue" },
  },
  calls: {
    contents: [
      parts(),
      { role: "model", parts: [{ functionCall: { id: "c1", name: "look", args: { city: "Rome" } } }] },
      {
        role: "user",
        parts: [{ functionResponse: { id: "c1", name: "look", response: { output: "Sunny." } } }],
      },
    ],
    tools: [
      { functionDeclarations: [{ name: "look", description: "Looks.", parametersJsonSchema: schema }] },
    ],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["look"] } },
  },
  media: {
    contents: [
      parts({ inlineData: { mimeType: "image/png", data: pixel, displayName: "a.png" } }),
      { role: "model", parts: [{ text: "A thought.", thought: true }, { text: "Yes." }] },
      parts({ fileData: { fileUri: "gs://bucket/a.pdf", mimeType: "application/pdf" } }),
    ],
  },
  searches: {
    contents: [parts()],
    tools: [{ googleSearch: { excludeDomains: ["a.org"] } }, { urlContext: {} }],
    cachedContent: "cachedContents/1",
  },
};

/** Places of bytes that are no text, by the end of their names: they are counted by what they show. */
export const binary = /\.source\.data$|inlineData\.data$/;
