import { refused, type Sayings, said } from "../sayings.ts";

/** Volcengine Ark (Doubao) and BytePlus. */
export const volcengine: readonly Sayings[] = [
  said("https://www.volcengine.com/docs/82379/1299023", "2026-11-30", [
    ["any", "code", "InputTextSensitiveContentDetected", "content"],
    ["any", "code", "OutputTextSensitiveContentDetected", "content"],
    ["any", "code", "SensitiveContentDetected", "content"],
    ["any", "code", "InputImageSensitiveContentDetected", "content"],
    ["any", "code", "AccountOverdueError", "spent"],
    ["any", "code", "ModelNotOpen", "permission"],
    ["any", "code", "ServerOverloaded", "overloaded"],
    [refused, "text", "exceed max message tokens", "overflow"],
    [refused, "text", "maximum input length", "overflow"],
  ]),
  said("volcengine/MineContext#328", "2026-01-28", [
    [429, "text", "reached the set inference limit", "spent"],
  ]),
];
