import { refused, type Sayings, said } from "../sayings.ts";

/** Alibaba Cloud Model Studio (DashScope, Qwen). */
export const alibaba: readonly Sayings[] = [
  said("https://help.aliyun.com/en/model-studio/error-code", "2026-12-01", [
    ["any", "code", "data_inspection_failed", "content"],
    ["any", "code", "DataInspectionFailed", "content"],
    [refused, "text", "may contain inappropriate content", "content"],
    ["any", "code", "Arrearage", "spent"],
    ["any", "text", "make sure your account is in good standing", "spent"],
    ["any", "code", "InvalidApiKey", "authentication"],
    ["any", "code", "access_denied", "permission"],
    ["any", "code", "ModelNotFound", "not-found"],
    ["any", "code", "Throttling.RateQuota", "rate-limit"],
    ["any", "code", "limit_requests", "rate-limit"],
    [refused, "text", "range of input length should be [1, #]", "overflow"],
    [refused, "text", "range of input length should be", "overflow"],
    [400, "text", "does not support enable_search", "lacks webSearch"],
    [400, "text", "only support stream", "one-model"],
    [400, "text", "enable_thinking must be set to false", "lacks effort"],
  ]),
];
