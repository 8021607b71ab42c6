/** Settings by which a client sends to a server. */
export interface ClientSetting {
  readonly client: string;
  /** Lines for a shell, a file or a program. */
  readonly lines: readonly string[];
  /** File that the lines belong to. Absent: a shell, or the program itself. */
  readonly file?: string | undefined;
  readonly remark?: string | undefined;
}

/**
 * Returns how each client is pointed at a server, the same for the page and for its guide. Tried with the programs: Claude Code
 * 2.1.197, Codex 0.171.0, opencode 1.18.33, Qwen Code 0.15.10, Continue 1.5 (2026-12-02), Gemini CLI 0.61 (2026-12-01).
 */
export function clientSettings(address: string, key: string): readonly ClientSetting[] {
  return [
    {
      client: "Claude Code",
      lines: [`export ANTHROPIC_BASE_URL=${address}`, `export ANTHROPIC_AUTH_TOKEN=${key}`, "claude"],
      remark:
        "With CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY=1 its menu has the names of this server that begin with claude.",
    },
    {
      client: "Codex",
      file: "~/.codex/config.toml",
      lines: [
        'model_provider = "switchpoint"',
        "",
        "[model_providers.switchpoint]",
        'name = "switchpoint"',
        `base_url = "${address}/v1"`,
        'env_key = "SWITCHPOINT_KEY"',
        'wire_api = "responses"',
      ],
      remark:
        "The key is in the variable. Leave model as it is: Codex knows the models of its own names alone.",
    },
    {
      client: "opencode",
      file: "opencode.json",
      lines: [
        '{ "provider": { "switchpoint": {',
        '  "npm": "@ai-sdk/openai-compatible",',
        `  "options": { "baseURL": "${address}/v1", "apiKey": "${key}" },`,
        '  "models": { "auto": {} } } } }',
      ],
      remark: "Then opencode --model switchpoint/auto.",
    },
    {
      client: "Qwen Code",
      lines: [
        `export OPENAI_BASE_URL=${address}/v1`,
        `export OPENAI_API_KEY=${key}`,
        "export OPENAI_MODEL=auto",
        "qwen",
      ],
    },
    {
      client: "Gemini CLI",
      lines: [`export GOOGLE_GEMINI_BASE_URL=${address}`, `export GEMINI_API_KEY=${key}`, "gemini"],
      remark: 'Its settings.json needs { "security": { "auth": { "selectedType": "gemini-api-key" } } }.',
    },
    {
      client: "Continue",
      file: "~/.continue/config.yaml",
      lines: [
        "name: local",
        "version: 1.0.0",
        "schema: v1",
        "models:",
        "  - name: switchpoint",
        "    provider: openai",
        "    model: auto",
        `    apiBase: ${address}/v1`,
        `    apiKey: ${key}`,
      ],
    },
    {
      client: "OpenAI's SDKs",
      lines: [`export OPENAI_BASE_URL=${address}/v1`, `export OPENAI_API_KEY=${key}`],
      remark: 'The model is "auto". Their own retries are not needed: maxRetries: 0.',
    },
    {
      client: "Anthropic's SDKs",
      lines: [`export ANTHROPIC_BASE_URL=${address}`, `export ANTHROPIC_API_KEY=${key}`],
    },
    {
      client: "Google's SDKs",
      lines: [`new GoogleGenAI({ apiKey: "${key}", httpOptions: { baseUrl: "${address}" } })`],
    },
    {
      client: "AI SDK",
      lines: [`createOpenAICompatible({ name: "switchpoint", baseURL: "${address}/v1", apiKey: "${key}" })`],
    },
    {
      client: "LangChain",
      lines: [
        `new ChatOpenAI({ model: "auto", apiKey: "${key}",`,
        `  configuration: { baseURL: "${address}/v1" } })`,
      ],
    },
    {
      client: "curl",
      lines: [
        `curl ${address}/v1/chat/completions \\`,
        `  -H "authorization: Bearer ${key}" -H "content-type: application/json" \\`,
        `  -d '{ "model": "auto", "messages": [{ "role": "user", "content": "Hello." }] }'`,
      ],
    },
  ];
}
