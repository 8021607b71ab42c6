/**
 * Answers of the Messages API with what chat completions have no word for. Form and counts are those of recorded answers, the
 * texts are ours. `source`: the suite that recorded the answer, and the day on which it was read.
 */
export interface RecordedMessage {
  readonly what: string;
  readonly source: string;
  readonly message: {
    readonly model: string;
    readonly content: readonly Readonly<Record<string, unknown>>[];
    readonly [field: string]: unknown;
  };
  /** The bill, worked out by hand: tokens in millions times US dollars per million. */
  readonly work: readonly (readonly [millions: number, usdPerMillion: number])[];
  readonly usd: number;
}

const aiSdk = "vercel/ai, packages/anthropic/src/__fixtures__, read 2026-08-22";
const pydantic = "pydantic/pydantic-ai, tests/models/cassettes/test_anthropic, read 2026-08-22";
const cache = {
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
};
const head = {
  id: "msg_01",
  type: "message",
  role: "assistant",
  stop_reason: "end_turn",
  stop_sequence: null,
};
const call = { type: "server_tool_use", id: "srvtoolu_01", name: "web_search", input: { query: "tides" } };

export const recorded: readonly RecordedMessage[] = [
  {
    what: "a compaction, whose tokens are in its iteration alone",
    source: `${aiSdk}: anthropic-compaction.1.json`,
    message: {
      ...head,
      model: "claude-opus-4-6",
      content: [
        { type: "compaction", content: "The user asked about tides and got a table." },
        { type: "text", text: "High tide is at noon." },
      ],
      context_management: { applied_edits: [] },
      usage: {
        input_tokens: 682,
        ...cache,
        iterations: [
          { input_tokens: 60_385, output_tokens: 592, ...cache, type: "compaction" },
          { input_tokens: 682, output_tokens: 1_320, ...cache, type: "message" },
        ],
        output_tokens: 1_320,
        service_tier: "standard",
        server_tool_use: { web_search_requests: 0 },
      },
    },
    work: [
      [0.061067, 5],
      [0.001912, 25],
    ],
    usd: 0.353135,
  },
  {
    what: "advice of another model, billed at its price",
    source: `${aiSdk}: anthropic-advisor-20260301.1.json`,
    message: {
      ...head,
      model: "claude-sonnet-4-6",
      content: [
        { ...call, name: "advisor", input: {} },
        {
          type: "advisor_tool_result",
          tool_use_id: "srvtoolu_01",
          content: { type: "advisor_result", text: "Begin with the table." },
        },
        { type: "text", text: "Here is the table." },
      ],
      usage: {
        input_tokens: 2_414,
        ...cache,
        iterations: [
          { input_tokens: 1_051, output_tokens: 35, ...cache, type: "message" },
          {
            input_tokens: 2_728,
            output_tokens: 874,
            ...cache,
            type: "advisor_message",
            model: "claude-opus-4-7",
          },
          { input_tokens: 1_363, output_tokens: 3_165, ...cache, type: "message" },
        ],
        output_tokens: 3_200,
        service_tier: "standard",
        server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      },
    },
    work: [
      [0.002414, 3],
      [0.0032, 15],
      [0.002728, 5],
      [0.000874, 25],
    ],
    usd: 0.090732,
  },
  {
    what: "advice that only its writer can read",
    source: `${pydantic}: test_anthropic_advisor_tool_redacted.yaml`,
    message: {
      ...head,
      model: "claude-sonnet-5",
      content: [
        { type: "thinking", thinking: "", signature: "c2ln" },
        { type: "text", text: "Let me ask." },
        { ...call, name: "advisor", input: {} },
        {
          type: "advisor_tool_result",
          tool_use_id: "srvtoolu_01",
          content: { type: "advisor_redacted_result", encrypted_content: "ZW5j", stop_reason: "end_turn" },
        },
        { type: "text", text: "Four." },
      ],
      usage: {
        input_tokens: 2_482,
        ...cache,
        iterations: [
          { input_tokens: 1_128, output_tokens: 155, ...cache, type: "message" },
          {
            input_tokens: 2_564,
            output_tokens: 99,
            ...cache,
            type: "advisor_message",
            model: "claude-fable-5",
          },
          { input_tokens: 1_354, output_tokens: 11, ...cache, type: "message" },
        ],
        output_tokens: 166,
        output_tokens_details: { thinking_tokens: 71 },
        service_tier: "standard",
      },
    },
    work: [
      [0.002482, 2],
      [0.000166, 10],
      [0.002564, 10],
      [0.000099, 50],
    ],
    usd: 0.037214,
  },
  {
    what: "code that ran in a container",
    source: `${aiSdk}: anthropic-code-execution-20250825.1.json`,
    message: {
      ...head,
      model: "claude-sonnet-4-5-20250929",
      content: [
        { type: "text", text: "I write a file." },
        {
          ...call,
          name: "text_editor_code_execution",
          input: { command: "create", path: "/tmp/a.py", file_text: "print(1)" },
        },
        {
          type: "text_editor_code_execution_tool_result",
          tool_use_id: "srvtoolu_01",
          content: { type: "text_editor_code_execution_create_result", is_file_update: false },
        },
        { type: "text", text: "Done." },
      ],
      container: { id: "container_01", expires_at: "2025-10-14T10:28:40.590791Z" },
      usage: {
        input_tokens: 7_881,
        ...cache,
        output_tokens: 608,
        service_tier: "standard",
        server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      },
    },
    work: [
      [0.007881, 3],
      [0.000608, 15],
    ],
    usd: 0.032763,
  },
];

/** An answer with a search, with a citation of a page and one of a document; its fee is billed apart. */
export const searched: RecordedMessage["message"] = {
  ...head,
  model: "claude-sonnet-4-6",
  content: [
    call,
    {
      type: "web_search_tool_result",
      tool_use_id: "srvtoolu_01",
      content: [
        {
          type: "web_search_result",
          url: "https://tides.example/today",
          title: "Tides today",
          encrypted_content: "ZW5j",
          page_age: null,
        },
      ],
    },
    { type: "text", text: "It is " },
    {
      type: "text",
      text: "high at noon",
      citations: [
        {
          type: "web_search_result_location",
          cited_text: "High tide: 12:00",
          url: "https://tides.example/today",
          title: "Tides today",
          encrypted_index: "aW5k",
        },
        {
          type: "char_location",
          cited_text: "noon",
          document_index: 1,
          document_title: null,
          file_id: null,
          start_char_index: 0,
          end_char_index: 4,
        },
      ],
    },
    { type: "text", text: ".", citations: null },
  ],
  usage: {
    input_tokens: 10_000,
    output_tokens: 100,
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
  },
};
