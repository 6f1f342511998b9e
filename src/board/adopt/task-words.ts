/** What people call a list of work. */
const TASKS =
  /^\W*(?:my |our |the |open |current |next |future |known |remaining |pending |other |more |small |big )*(?:to[- ]?dos?|tasks?|backlog|road ?map|next(?: steps| up)?|up next|now|soon|later|someday|maybe|planned|plans?|ideas?|bugs?|issues?|fix ?mes?|wish ?list|features?(?: requests?)?|improvements?|enhancements?|chores?|ice ?box|nice[- ]to[- ]haves?|must(?:[- ]haves?)?|should(?:[- ]haves?)?|could(?:[- ]haves?)?|in progress|doing|high|medium|low|(?:high|medium|low|top)[- ]?(?:priority|prio)|p[0-4]|priorit(?:y|ies))\W*$/i;
/** What people call work that is not decided on. */
const LATER =
  /^\W*(?:for |my |our |the |other |some |more )*(?:later|some ?day|(?:some ?day\W+)?maybe|ideas?|wish ?list|ice ?box|parked|on hold|deferred)\W*$/i;
/** What people call the work that is over. */
const DONE =
  /^\W*(?:already |recently )?(?:done|completed?|finished|shipped|released|archived?|closed|resolved|won'?t (?:do|fix)|rejected|obsolete|change ?log)\W*$/i;
/** Headings that tell about a project or a list. */
const ABOUT =
  /^\W*(?:about|read ?me|legend|rules?|guidelines?|conventions?|licen[cs]es?|contributing|contributors|installation|install|quick ?start|getting started|usage|how (?:it works|to .*)|credits?|acknowledge?ments?|authors?|support|faq|table of contents|contents)\W*$/i;

export const namesTasks = (title: string): boolean => TASKS.test(title);
export const namesLater = (title: string): boolean => LATER.test(title);
export const namesDone = (title: string): boolean => DONE.test(title);
export const isAbout = (title: string): boolean => ABOUT.test(title);

/** A file that is a list of work, by its name: `TODO.md`, `docs/roadmap.txt`. */
export const isTaskFile = (path: string): boolean =>
  namesTasks((path.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '').replaceAll('_', ' '));

/** Struck out, ticked by an emoji, or a box with an x. */
export const looksDone = (text: string): boolean =>
  /^\s*(?:\[[xX]\]|[✅✔☑✓🗸]|~~[^~]+~~\s*[.!]?\s*$|(?:DONE|\(done\))[\s:])/u.test(text) ||
  /\((?:done|fixed|shipped)\)\s*$/i.test(text);

/** A link alone: an entry of a table of contents. */
export const isLinkAlone = (text: string): boolean => /^\[[^\]]*\]\([^)]*\)$|^<[^>]+>$/.test(text.trim());

/** What a list or a heading puts before its words: a number, an open box. */
export const withoutMarker = (text: string): string => text.replace(/^(?:\d{1,9}[.)]\s+)?(?:\[ ?\](?:\s+|$))?/, '');

/** Words of a text, without what only gives it its form: bullets, numbers of items, boxes, hashes, underlines. */
export const wordsOf = (text: string): readonly string[] =>
  [...text.matchAll(/\S+/g)]
    .map(([word]) => word)
    .filter((word) => !/^(?:[-*+]|\d{1,9}[.)]|\[|\]|\[ ?\]|#{1,6}|=+|-+|<!--|-->)$/.test(word));
