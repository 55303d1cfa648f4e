// Serves an exported model in Node: node dist/examples/recommend.js <folder that `mmkit export` wrote> <user>
import { loadRecommender } from "mmkit/runtime";

const [folder = "mmkit-quickstart/export", user = "0"] = process.argv.slice(2);
const recommender = await loadRecommender(folder);
const items = await recommender.recommend(Number(user), { k: 5 });
for (const { item, score, title } of items) console.log(item, score.toFixed(4), title ?? "");
await recommender.release();
