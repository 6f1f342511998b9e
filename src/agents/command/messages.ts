export const PROVIDER_UNAVAILABLE = 'the agent reported that its provider is unavailable for now (exit 75)';
