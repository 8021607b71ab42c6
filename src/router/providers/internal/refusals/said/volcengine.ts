import { refused, type Sayings, said } from "../sayings.ts";

/** Volcengine Ark (Doubao) and BytePlus. */
export const volcengine: readonly Sayings[] = [
  said("https://www.volcengine.com/docs/82379/1099476", "2026-12-01", [
    ["any", "code", "InputTextRiskDetection", "content"],
    ["any", "code", "InputImageRiskDetection", "content"],
    ["any", "code", "OutputTextRiskDetection", "content"],
    [refused, "text", "includes sensitive content", "content"],
    [400, "code", "InvalidEndpoint.ClosedEndpoint", "not-found"],
  ]),
  said("https://volcengine.com/docs/82379/1299023", "2026-12-01", [
    ["any", "code", "AuthenticationError", "authentication"],
    ["any", "code", "AccountOverdueError", "spent"],
    ["any", "text", "account has an overdue balance", "spent"],
    ["any", "code", "InvalidEndpointOrModel.NotFound", "not-found"],
    ["any", "code", "ModelNotOpen", "permission"],
  ]),
  said("volcengine/MineContext#328", "2026-01-28", [
    [429, "text", "reached the set inference limit", "spent"],
  ]),
];
