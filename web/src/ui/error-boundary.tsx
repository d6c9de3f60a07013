import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "./error-state";

interface Props {
  children: ReactNode;
  /** a change of it forgets the error, e.g. the address or a panel's settings */
  resetKey?: unknown;
}
interface State {
  error: unknown;
  failed: boolean;
  resetKey: unknown;
}

/** Keeps one failing part from taking the page with it. Wrap every panel in one. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, failed: false, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error, failed: true };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: null, failed: false, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <PartFailed error={this.state.error} onRetry={() => this.setState({ error: null, failed: false })} />;
  }
}

function PartFailed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  return <ErrorState error={error} title={t("common.panelFailed")} onRetry={onRetry} />;
}
