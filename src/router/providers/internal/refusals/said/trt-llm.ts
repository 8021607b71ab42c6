import { refused, type Sayings, said } from "../sayings.ts";

/** TensorRT-LLM, also behind Triton and NVIDIA's own endpoints. */
export const trtLlm: readonly Sayings[] = [
  said("NVIDIA/TensorRT-LLM#9277", "2025-11-18", [
    [refused, "text", "sum of prompt length … should not exceed max_num_tokens (#)", "overflow"],
    [refused, "text", "should not exceed max_num_tokens", "overflow"],
    [refused, "text", "should not exceed max_seq_len (#)", "overflow"],
    [refused, "text", "should not exceed max_seq_len", "overflow"],
  ]),
  said("triton-inference-server/tensorrtllm_backend#565", "2024-08-13", [
    [refused, "text", "exceeds maximum input length (#)", "overflow"],
    [refused, "text", "exceeds maximum sequence length (#)", "overflow"],
  ]),
];
