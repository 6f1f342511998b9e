export const ENDED_IN_ERROR = 'it ended in an error';
