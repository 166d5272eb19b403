package dev.linkspan.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Javadoc's own check wants a tag for each parameter as well, which would bury the sentences that matter. */
class CommentsTest {
    @ParameterizedTest
    @MethodSource("published")
    void whatever_users_can_name_has_a_comment(Module module) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> bare = new ArrayList<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, null, null, files.getJavaFileObjectsFromPaths(module.sources()));
            DocTrees comments = DocTrees.instance(task);
            for (CompilationUnitTree source : task.parse()) {
                new Scanner(comments, bare).scan(source, null);
            }
        }
        assertThat(bare).isEmpty();
    }

    static List<Module> published() {
        return Module.published();
    }

    /** Goes down to what is public or protected, and no further. */
    private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final DocTrees comments;
        private final List<String> bare;

        Scanner(DocTrees comments, List<String> bare) {
            this.comments = comments;
            this.bare = bare;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            if (check(type, type.getModifiers(), type.getSimpleName().toString())) {
                super.visitClass(type, null);
            }
            return null;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            boolean inherits = method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
            if (!inherits) {
                check(method, method.getModifiers(), method.getName() + "(...)");
            }
            return null;
        }

        @Override
        public @Nullable Void visitVariable(VariableTree field, @Nullable Void nothing) {
            check(field, field.getModifiers(), field.getName().toString());
            return null;
        }

        private boolean check(Tree declaration, ModifiersTree modifiers, String name) {
            Tree owner = getCurrentPath().getParentPath().getLeaf();
            boolean visible = modifiers.getFlags().contains(Modifier.PUBLIC)
                    || modifiers.getFlags().contains(Modifier.PROTECTED)
                    || (owner.getKind() == Tree.Kind.INTERFACE
                            && !modifiers.getFlags().contains(Modifier.PRIVATE));
            if (visible && comments.getDocComment(getCurrentPath()) == null) {
                CompilationUnitTree source = getCurrentPath().getCompilationUnit();
                long position = comments.getSourcePositions().getStartPosition(source, declaration);
                bare.add(Path.of(source.getSourceFile().toUri()).getFileName() + ":"
                        + source.getLineMap().getLineNumber(position) + " " + name);
            }
            return visible;
        }
    }
}
