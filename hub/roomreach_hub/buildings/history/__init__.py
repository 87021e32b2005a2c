"""The borough's past: every report that its agents would have sent, by the path that real ones take."""
