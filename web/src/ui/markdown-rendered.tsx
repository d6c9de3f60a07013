import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const isOwn = (src: string): boolean => src.startsWith("/") && !src.startsWith("//");

const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  // a picture elsewhere would tell that other host who reads this page
  img: ({ src, alt }) => {
    if (typeof src !== "string") return null;
    if (isOwn(src)) return <img src={src} alt={alt ?? ""} loading="lazy" />;
    return (
      <a href={src} target="_blank" rel="noopener noreferrer">
        {alt || src}
      </a>
    );
  },
};

export default function MarkdownRendered({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={[remarkGfm]} components={components}>
      {text}
    </ReactMarkdown>
  );
}
