package dev.linkspan.build;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What users of a module can name, one line each, in an order that no compiler or JDK changes: types, and members that are
 * public or protected, with the nullness of what they take and give.
 */
final class PublicApi {
    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");
    private static final Set<String> OF_EVERY_ENUM = Set.of("values", "valueOf");

    private final String packagePrefix;

    private PublicApi(String packageName) {
        packagePrefix = packageName + ".";
    }

    static String of(Module module) {
        PublicApi api = new PublicApi(module.packageName());
        StringBuilder text = new StringBuilder("package " + module.packageName() + "\n");
        for (Path file : Module.files(module.classes(), ".class")) {
            Class<?> type = load(module.classes().relativize(file));
            if (isVisible(type)) {
                text.append('\n').append(api.header(type)).append('\n');
                api.members(type)
                        .forEach(member -> text.append("  ").append(member).append('\n'));
            }
        }
        return text.toString();
    }

    private static Class<?> load(Path file) {
        String name = file.toString().replace(file.getFileSystem().getSeparator(), ".");
        try {
            return Class.forName(
                    name.substring(0, name.length() - ".class".length()), false, PublicApi.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isVisible(Class<?> type) {
        if (type.isSynthetic() || type.isAnonymousClass() || type.isLocalClass()) {
            return false;
        }
        Class<?> outer = type.getDeclaringClass();
        return isVisible(type.getModifiers(), outer) && (outer == null || isVisible(outer));
    }

    private static boolean isVisible(int modifiers, @Nullable Class<?> owner) {
        boolean open = owner != null && !Modifier.isFinal(owner.getModifiers());
        return Modifier.isPublic(modifiers) || (Modifier.isProtected(modifiers) && open);
    }

    private String header(Class<?> type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        int implied = type.isInterface() ? Modifier.ABSTRACT | Modifier.STATIC : 0;
        if (type.isEnum() || type.isRecord()) {
            implied = Modifier.FINAL | Modifier.STATIC | Modifier.ABSTRACT;
        }
        String header = deprecation(type)
                + modifiers(type.getModifiers() & Modifier.classModifiers() & ~implied)
                + (type.isSealed() ? "sealed " : "")
                + kind
                + " "
                + name(type)
                + typeParameters(type);
        if (type.isRecord()) {
            header += Arrays.stream(type.getRecordComponents())
                    .map(component -> text(component.getAnnotatedType()) + " " + component.getName())
                    .collect(joining(", ", "(", ")"));
        }
        AnnotatedType parent = type.getAnnotatedSuperclass();
        if (kind.equals("class") && parent != null && parent.getType() != Object.class) {
            header += " extends " + text(parent);
        }
        String interfaces =
                Arrays.stream(type.getAnnotatedInterfaces()).map(this::text).collect(joining(", "));
        if (!interfaces.isEmpty() && !type.isAnnotation()) {
            header += (type.isInterface() ? " extends " : " implements ") + interfaces;
        }
        return header;
    }

    private Collection<String> members(Class<?> type) {
        Map<String, String> byName = new TreeMap<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (!type.isEnum() && isMember(constructor, type)) {
                add(byName, "", start(constructor, type) + type.getSimpleName() + signature(constructor));
            }
        }
        // what a hidden superclass declares, users call on the visible one
        for (Class<?> owner : withHiddenSuperclasses(type)) {
            for (Field field : owner.getDeclaredFields()) {
                if (field.isEnumConstant()) {
                    add(byName, field.getName(), deprecation(field) + field.getName());
                } else if (isMember(field, type)) {
                    String declared = text(field.getAnnotatedType()) + " " + field.getName();
                    add(byName, field.getName(), start(field, owner) + declared + constant(field));
                }
            }
            for (Method method : owner.getDeclaredMethods()) {
                if (isMember(method, type) && !isImplied(method, type)) {
                    String declared = text(method.getAnnotatedReturnType()) + " " + method.getName();
                    add(byName, method.getName(), start(method, owner) + declared + signature(method));
                }
            }
        }
        return byName.values();
    }

    private static void add(Map<String, String> byName, String name, String member) {
        byName.put(name + " " + member, member);
    }

    private <T extends AnnotatedElement & Member> String start(T member, Class<?> owner) {
        int unsaid = Modifier.SYNCHRONIZED | Modifier.NATIVE | Modifier.TRANSIENT | Modifier.VOLATILE;
        if (owner.isInterface() && member instanceof Method) {
            unsaid |= Modifier.PUBLIC | Modifier.ABSTRACT;
        }
        // a varargs method's flag is a field's transient, a bridge's is volatile
        return deprecation(member)
                + modifiers(member.getModifiers() & ~unsaid)
                + (member instanceof Method method && method.isDefault() ? "default " : "")
                + (member instanceof Executable executable ? typeParameters(executable) : "");
    }

    private static List<Class<?>> withHiddenSuperclasses(Class<?> type) {
        List<Class<?>> types = new ArrayList<>();
        Class<?> next = type;
        do {
            types.add(next);
            next = next.getSuperclass();
        } while (next != null && !isVisible(next));
        return types;
    }

    private static boolean isMember(Member member, Class<?> type) {
        return !member.isSynthetic() && isVisible(member.getModifiers(), type);
    }

    private static boolean isImplied(Method method, Class<?> type) {
        return OF_EVERY_OBJECT.contains(method.getName())
                || (type.isEnum() && OF_EVERY_ENUM.contains(method.getName()));
    }

    private String signature(Executable executable) {
        String signature = Arrays.stream(executable.getAnnotatedParameterTypes())
                .map(this::text)
                .collect(joining(", ", "(", ")"));
        String thrown = Arrays.stream(executable.getAnnotatedExceptionTypes())
                .map(this::text)
                .collect(joining(", "));
        return (executable.isVarArgs() ? signature.replaceFirst("\\[]\\)$", "...)") : signature)
                + (thrown.isEmpty() ? "" : " throws " + thrown);
    }

    private String typeParameters(GenericDeclaration declaration) {
        String parameters = Arrays.stream(declaration.getTypeParameters())
                .map(parameter -> parameter.getName() + bounds(" extends ", parameter.getAnnotatedBounds()))
                .collect(joining(", "));
        if (parameters.isEmpty()) {
            return "";
        }
        return declaration instanceof Class ? "<" + parameters + ">" : "<" + parameters + "> ";
    }

    private String bounds(String keyword, AnnotatedType[] bounds) {
        String text = Arrays.stream(bounds).map(this::text).collect(joining(" & "));
        return text.isEmpty() || text.equals("Object") ? "" : keyword + text;
    }

    private String text(AnnotatedType type) {
        if (type instanceof AnnotatedArrayType array) {
            String nullness = nullness(type);
            return text(array.getAnnotatedGenericComponentType()) + (nullness.isEmpty() ? "" : " " + nullness) + "[]";
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            AnnotatedType[] lower = wildcard.getAnnotatedLowerBounds();
            return nullness(type)
                    + "?"
                    + (lower.length > 0
                            ? bounds(" super ", lower)
                            : bounds(" extends ", wildcard.getAnnotatedUpperBounds()));
        }
        if (type instanceof AnnotatedParameterizedType parameterized) {
            String arguments = Arrays.stream(parameterized.getAnnotatedActualTypeArguments())
                    .map(this::text)
                    .collect(joining(", ", "<", ">"));
            return nullness(type) + name(((ParameterizedType) type.getType()).getRawType()) + arguments;
        }
        return nullness(type) + name(type.getType());
    }

    private String name(Type type) {
        if (type instanceof TypeVariable || type instanceof WildcardType) {
            return type.getTypeName();
        }
        String name = ((Class<?>) type).getCanonicalName();
        for (String known : List.of(packagePrefix, "java.lang.")) {
            if (name.startsWith(known) && Character.isUpperCase(name.charAt(known.length()))) {
                return name.substring(known.length());
            }
        }
        return name;
    }

    private static String nullness(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                .map(annotation -> annotation.annotationType())
                .filter(type -> type.getPackageName().equals("org.jspecify.annotations"))
                .map(type -> "@" + type.getSimpleName() + " ")
                .sorted()
                .collect(joining());
    }

    private static String modifiers(int modifiers) {
        return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
    }

    /** Compilers copy a constant into the user's class, so its value is part of the contract. */
    private static String constant(Field field) {
        boolean copied = field.getType().isPrimitive() || field.getType() == String.class;
        if (!copied || !Modifier.isStatic(field.getModifiers()) || !Modifier.isFinal(field.getModifiers())) {
            return "";
        }
        try {
            field.setAccessible(true);
            return " = " + field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String deprecation(AnnotatedElement element) {
        return element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "";
    }
}
