/**
 * Returns a model's name as its maker has it, without what a platform adds: the address of a profile and the geography, maker
 * and version of Bedrock (`us.anthropic.claude-sonnet-4-5-20250929-v1:0`), the publisher and the date of Vertex AI
 * (`anthropic/claude-opus-4-1@20250805`).
 */
export function makersName(model: string): string {
  const name = model.toLowerCase().trim();
  return name
    .slice(name.lastIndexOf("/") + 1)
    .replace(
      /^(?:(?:[a-z]{2}|us-gov|apac|global)\.)?(?:anthropic|amazon|meta|mistral|openai|deepseek|qwen)\./,
      "",
    )
    .replace(/(?<!claude)(?:-v\d+:[\w:]+|(?<=\d)-v\d+)$/, "")
    .replace(/@(?=20\d{6}$)/, "-");
}
