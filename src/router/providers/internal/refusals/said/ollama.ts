import { refused, type Sayings, said } from "../sayings.ts";

export const ollama: readonly Sayings[] = [
  said("earendil-works/pi:packages/ai/src/utils/overflow.ts", "2026-06-21", [
    [refused, "text", "prompt too long; exceeded max context length", "overflow"],
    [refused, "text", "prompt too long; exceeded context length", "overflow"],
  ]),
  said("openclaw/openclaw:src/agents/pi-embedded-helpers/provider-error-patterns.test.ts", "2026-12-01", [
    [refused, "text", "context length exceeded", "overflow"],
    [refused, "text", "input length exceeds … context length", "overflow"],
  ]),
  said("ollama/ollama:server/sched.go", "2026-09-30", [
    [[429, 503], "text", "maximum pending requests exceeded", "saturated"],
    [[429, 503], "text", "server busy, please try again", "saturated"],
  ]),
  said("ollama/ollama#14795", "2026-03-12", [[400, "text", "does not support tools", "lacks tools"]]),
  said("ollama/ollama:server/images.go", "2026-09-30", [
    [400, "text", "does not support thinking", "lacks effort"],
    [[400, 500], "text", "missing data required for image input", "lacks images"],
    [[400, 500], "text", "does not support image", "lacks images"],
  ]),
  said("ollama/ollama#17638", "2026-08-09", [
    [[400, 500], "text", "error parsing tool call", "failed-answer"],
  ]),
  said("DaviRain-Su/hyper-grok-build#44", "2026-08-25", [
    [400, "text", "exceeds model's maximum output tokens", "one-model"],
  ]),
];
