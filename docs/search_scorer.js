// How the search of the site orders what it finds: pages that answer a question come before pages
// that list everything. https://www.sphinx-doc.org/en/master/usage/configuration.html#confval-html_search_scorer

const pageWeights = [
  ["docs/faq", 12],
  ["docs/guides/", 10],
  ["docs/errors", 4],
  ["CHANGELOG", -10],
];
const perWordOfTitle = 6;

function wordsOfQuery() {
  const query = new URLSearchParams(window.location.search).get("q") || "";
  return query.toLowerCase().split(/\W+/).filter((word) => word.length > 2);
}

var Scorer = {
  score: ([docname, title, , , score]) => {
    const weight = pageWeights.find(([start]) => docname.startsWith(start));
    const heading = title.toLowerCase();
    const inTitle = wordsOfQuery().filter((word) => heading.includes(word)).length;
    return score + (weight ? weight[1] : 0) + perWordOfTitle * inTitle;
  },

  // The rest as Sphinx has it.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
