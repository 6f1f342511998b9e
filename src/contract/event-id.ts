/** What names a line of the log of events: `events-<n>:<offset in bytes>`. */
export const EVENT_ID = /^events-(\d{1,15}):(\d{1,15})$/;

/** It may be the id of an event; the file that it names may be gone. */
export const isEventId = (text: string): boolean => EVENT_ID.test(text);
