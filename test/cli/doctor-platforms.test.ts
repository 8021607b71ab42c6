import { afterAll, afterEach, expect, onTestFinished, test, vi } from "vitest";
import { inspectModel } from "../../cli/inspect-model.ts";
import { bedrock } from "../../src/router/providers/bedrock.ts";
import { sagemaker } from "../../src/router/providers/sagemaker.ts";
import { vertex } from "../../src/router/providers/vertex.ts";
import { awsFault, withoutAws } from "../support/platforms/aws.ts";
import { googleError } from "../support/platforms/google.ts";
import { sendJson, serveWith } from "../support/serve-with.ts";

const region = "us-east-1";
const credentials = { accessKeyId: "AKIADOCTOR", secretAccessKey: "canary-secret-of-doctor" };
const keys = new Map([[credentials.accessKeyId, { secret: credentials.secretAccessKey }]]);

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => {
  // Left by AWS's package, which was loaded for its credentials.
  Reflect.deleteProperty(globalThis, "awslambda");
});

/** A terminal of which the environment and the time are read. */
const terminal = (env: Record<string, string> = {}) => ({ env, now: Date.now }) as never;

/** Starts platforms that verify signatures, and refuse requests without messages. */
async function serve() {
  const server = await serveWith((response, { method, url, headers, text }) => {
    if (url.startsWith("/projects/"))
      return sendJson(
        response,
        googleError(403, "PERMISSION_DENIED", "Permission denied on resource project p."),
        403,
      );
    const service = url.startsWith("/endpoints/") ? "sagemaker" : "bedrock";
    const fault = awsFault({ method, path: url, headers, text }, { now: Date.now, region, service, keys });
    if (fault !== undefined)
      return sendJson(response, { message: fault.message }, 403, { "x-amzn-errortype": fault.name });
    sendJson(response, { message: "messages must not be empty" }, 400, {
      "x-amzn-errortype": "ValidationException",
    });
  });
  onTestFinished(server.close);
  return server;
}

test("a model of Bedrock that answers is reported with key, price and window", async () => {
  const { url } = await serve();
  const model = bedrock("openai.gpt-oss-20b-1:0", { region, credentials, baseUrl: url });
  const report = await inspectModel("m", model, 5_000, terminal({ AWS_ACCESS_KEY_ID: "AKIADOCTOR" }));
  expect(report).toMatchObject({
    key: { variable: "AWS_ACCESS_KEY_ID", found: true, optional: true },
    endpoint: { reachable: true },
    inCatalogue: true,
  });
});

test("a project that does not exist, and a signature that is wrong, are problems with their advice", async () => {
  const { url } = await serve();
  const place = { project: "p", location: "us-central1", baseUrl: url, apiKey: "t" };
  const ofVertex = await inspectModel("m", vertex("meta/llama", place), 5_000, terminal());
  expect(ofVertex.key).toEqual({ variable: "GOOGLE_APPLICATION_CREDENTIALS", found: false, optional: true });
  expect(ofVertex.endpoint.problem).toContain("project p does not exist");
  expect(ofVertex.endpoint.problem).toContain("Permission denied on resource project p");
  const wrong = { ...credentials, secretAccessKey: "canary-other" };
  const ofSagemaker = await inspectModel(
    "m",
    sagemaker("e", { region, credentials: wrong, baseUrl: url }),
    5_000,
    terminal(),
  );
  expect(ofSagemaker.endpoint.problem).toContain("is the secret key right?");
  expect(ofSagemaker.endpoint.problem).not.toContain("the key is not accepted");
  expect(JSON.stringify([ofVertex, ofSagemaker])).not.toContain("canary");
});

test("without credentials doctor says what was looked for", async () => {
  withoutAws();
  const { url } = await serve();
  const report = await inspectModel("m", sagemaker("e", { region, baseUrl: url }), 20_000, terminal());
  expect(report.endpoint.problem).toContain("AWS_ACCESS_KEY_ID (not set)");
});
