/** Differences between the catalogue and LiteLLM's table that are wanted. `names` fits `provider:model`. */
export const wantedDifferences = [
  {
    names: /^(?:openai:|aws:(?:us\.|global\.)?openai\.)gpt-(?:[56])/,
    fields: ["window"],
    reason: "OpenAI's pages count input and output together; the table leaves out the output of some models",
  },
  {
    names: /^aws:(?:anthropic|amazon|openai)\./,
    fields: ["input", "output", "cached", "written", "input above", "output above"],
    reason:
      "an id without a profile is called in one region, where Bedrock takes a tenth more; the table has global prices",
  },
  {
    names: /^aws:(?:us\.)?anthropic\.claude-(?:3-7-sonnet|opus-4-)/,
    fields: ["jsonSchema"],
    reason: "Anthropic documents answers by a schema for Claude 4.5 and later",
  },
  {
    names: /^(?:cohere:command-a-plus|google:gemma-|mistral:labs-|zai:glm-4\.[57]-flash)/,
    fields: ["input"],
    reason: "what is free on one endpoint has no price",
  },
  {
    names: /^aws:(?:us\.|global\.)?anthropic\.claude-(?:3-7-sonnet|sonnet-4-6)|^aws:.*gpt-6\.1-sol/,
    fields: ["output limit"],
    reason: "the maker's limit: that the platform's is another one is stated on no page that was read",
  },
  { names: /^aws:.*mythos-preview/, fields: ["missing"], reason: "a preview that few accounts have" },
  {
    names: /^(?:aws:(?:us\.)?deepseek\.v3\.2|aws:qwen|deepseek:deepseek-r1)/,
    fields: ["window"],
    reason: "rounded by one of the two, or a window of the region: the smaller one is safe",
  },
  {
    names: /^minimax:/,
    fields: ["window"],
    reason: "platform.minimax.io states 204,800 for M2 to M2.5",
  },
  {
    names: /^mistral:open-mistral-nemo/,
    fields: ["input", "output"],
    reason: "Mistral's page: 0.15 each way",
  },
];
