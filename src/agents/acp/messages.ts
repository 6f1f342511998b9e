/** How turns end that are no success, by the protocol's stop reason. */
export const STOPS: Readonly<Record<string, string>> = {
  refusal: 'the model refused to continue',
  max_tokens: 'the model reached its token limit',
  max_turn_requests: 'the agent reached its limit of requests in one turn',
  cancelled: 'the agent cancelled its turn',
};
