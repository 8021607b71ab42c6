import { refused, type Sayings, said } from "../sayings.ts";

/** Z.ai (Zhipu, GLM). Its codes are numbers, and some stand in bodies of other servers with another meaning: by status. */
export const zai: readonly Sayings[] = [
  said("https://docs.z.ai/api-reference/api-code", "2026-12-01", [
    [401, "code", "1000", "authentication"],
    ["any", "code", "1113", "spent"],
    [[401, 403, 429], "code", "1112", "permission"],
    [[401, 403, 429], "code", "1121", "permission"],
    [[400, 404], "code", "1211", "not-found"],
    [[400, 403], "code", "1220", "permission"],
    [[400, 404], "code", "1221", "not-found"],
    [[400, 404], "code", "1222", "not-found"],
    ["any", "code", "1234", "connection"],
    [refused, "code", "1261", "overflow"],
    [[400, 403], "code", "1300", "content"],
    [[400, 403], "code", "1301", "content"],
    [429, "code", "1302", "rate-limit"],
    [429, "code", "1303", "rate-limit"],
    [429, "code", "1304", "spent"],
    [429, "code", "1305", "rate-limit"],
    [429, "code", "1308", "spent"],
    [429, "code", "1309", "spent"],
    [429, "code", "1310", "spent"],
    ["any", "code", "1311", "permission"],
    [429, "code", "1312", "overloaded"],
    [refused, "text", "potentially unsafe or sensitive content", "content"],
    ["any", "text", "account is in arrears", "spent"],
  ]),
  said("https://docs.bigmodel.cn/cn/api/api-code", "2026-12-01", [
    [refused, "text", "prompt 超长", "overflow"],
    [refused, "text", "不安全或敏感内容", "content"],
    ["any", "text", "余额不足", "spent"],
    ["any", "text", "已欠费", "spent"],
  ]),
  said("mangowhoiscloud/geode#668", "2026-04-05", [
    [refused, "text", "prompt exceeds max length", "overflow"],
  ]),
  said("can1357/oh-my-pi#683", "2026-04-10", [
    ["any", "code", "model_context_window_exceeded", "overflow"],
    ["any", "text", "model_context_window_exceeded", "overflow"],
  ]),
];
